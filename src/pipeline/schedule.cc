#include "pipeline/schedule.h"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

namespace marquee {
namespace {

// 29 February can be eight years away (2096 to 2104).
constexpr int kHorizonDays = 9 * 366;

const absl::CivilDay kEpochDay(1970, 1, 1);

int day_of_week(absl::CivilDay day) {
  // absl counts from Monday, cron from Sunday.
  return (static_cast<int>(absl::GetWeekday(day)) + 1) % 7;
}

}  // namespace

struct Schedule::Zone {
  absl::TimeZone zone;

  // A day that the zone left out altogether, as Samoa did with 30 December 2011.
  bool has_day(absl::CivilDay day) const {
    const auto first = zone.At(absl::CivilSecond(day));
    const auto last = zone.At(absl::CivilSecond(day + 1) - 1);
    return first.kind != absl::TimeZone::TimeInfo::SKIPPED ||
           last.kind != absl::TimeZone::TimeInfo::SKIPPED || first.trans != last.trans;
  }

  void add_instants(absl::CivilMinute minute, bool both_passes,
                    std::vector<TimeMicros>& out) const {
    const auto info = zone.At(absl::CivilSecond(minute));
    const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
    out.push_back(absl::ToUnixMicros(skipped ? info.trans : info.pre));
    if (both_passes && info.kind == absl::TimeZone::TimeInfo::REPEATED)
      out.push_back(absl::ToUnixMicros(info.post));
  }

  std::int64_t local_day(TimeMicros time) const {
    return absl::CivilDay(zone.At(absl::FromUnixMicros(time)).cs) - kEpochDay;
  }
};

Schedule::Schedule(CronExpression cron, std::unique_ptr<Zone> zone)
    : cron_(cron), zone_(std::move(zone)) {}
Schedule::Schedule(Schedule&&) noexcept = default;
Schedule& Schedule::operator=(Schedule&&) noexcept = default;
Schedule::~Schedule() = default;

Result<Schedule> Schedule::create(const ScheduleOptions& options) {
  MARQUEE_ASSIGN(const CronExpression cron, parse_cron(options.cron));
  auto zone = std::make_unique<Zone>();
  if (options.timezone.empty() || !absl::LoadTimeZone(options.timezone, &zone->zone))
    return fail(ErrorCode::kUsage, fmt::format("no time zone '{}'", options.timezone),
                "schedule.timezone",
                "use an IANA name such as UTC or Europe/Berlin (timedatectl list-timezones); "
                "they come with the package tzdata");
  Schedule schedule(cron, std::move(zone));
  bool ever = false;
  for (std::int64_t day = 0; day < kHorizonDays && !ever; ++day)
    ever = !schedule.instants_of_day(day).empty();
  if (!ever)
    return fail(ErrorCode::kUsage, fmt::format("'{}' never comes true", options.cron),
                "schedule.cron", "choose a day that exists");
  return schedule;
}

std::vector<TimeMicros> Schedule::instants_of_day(std::int64_t day_number) const {
  const absl::CivilDay day = kEpochDay + day_number;
  std::vector<TimeMicros> instants;
  if (!cron_.matches_day(day.month(), day.day(), day_of_week(day)) || !zone_->has_day(day))
    return instants;
  for (int hour = 0; hour < 24; ++hour)
    for (int minute = 0; minute < 60; ++minute)
      if (cron_.hours.test(static_cast<std::size_t>(hour)) &&
          cron_.minutes.test(static_cast<std::size_t>(minute)))
        zone_->add_instants(absl::CivilMinute(day.year(), day.month(), day.day(), hour, minute),
                            cron_.every_hour(), instants);
  std::ranges::sort(instants);
  return instants;
}

TimeMicros Schedule::next_after(TimeMicros time) const {
  // An hour that comes twice around midnight lets two days overlap, so a day's find is compared
  // with the next day's.
  std::optional<TimeMicros> best;
  const std::int64_t first = zone_->local_day(time) - 1;
  for (std::int64_t day = first; day < first + kHorizonDays; ++day) {
    const bool last = best.has_value();
    const auto instants = instants_of_day(day);
    const auto found = std::ranges::upper_bound(instants, time);
    if (found != instants.end()) best = std::min(best.value_or(*found), *found);
    if (last) return *best;
  }
  return best.value_or(std::numeric_limits<TimeMicros>::max());
}

std::optional<TimeMicros> Schedule::latest_between(TimeMicros since, TimeMicros time) const {
  const std::int64_t newest = zone_->local_day(time) + 1;
  const std::int64_t oldest = std::max(zone_->local_day(since) - 1, newest - kHorizonDays);
  std::optional<TimeMicros> best;
  for (std::int64_t day = newest; day >= oldest; --day) {
    const bool last = best.has_value();
    const auto instants = instants_of_day(day);
    const auto past = std::ranges::upper_bound(instants, time);
    if (past != instants.begin()) best = std::max(best.value_or(*(past - 1)), *(past - 1));
    if (last) break;
  }
  if (best && *best <= since) return std::nullopt;
  return best;
}

}  // namespace marquee
