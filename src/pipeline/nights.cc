#include "pipeline/nights.h"

#include "core/log.h"
#include "pipeline/run_folder.h"
#include "pipeline/schedule.h"
#include "pipeline/task.h"
#include "pipeline/tasks.h"

namespace marquee {
namespace {

constexpr TimeMicros kMinute = 60 * kMicrosPerSecond;

bool came_to_its_end(const RunFolder& run) {
  if (status_of(run, "evaluate") == "refused") return true;
  return status_of(run, "deploy") == "done" && status_of(run, "reload") != "failed";
}

// What the runs of the data dir say, those from a clock that was wrong aside.
struct RecordedRuns {
  std::optional<TimeMicros> first;         // of all
  std::optional<TimeMicros> last_success;  // the newest that came to its end
};

RecordedRuns recorded_runs(const std::filesystem::path& data_dir, TimeMicros now) {
  RecordedRuns found;
  const auto runs = all_runs(data_dir);
  for (const RunFolder& run : runs | std::views::reverse) {
    const auto time = run_time(run.run_id());
    if (!time || *time > now) continue;
    found.first = *time;
    if (!found.last_success && came_to_its_end(run)) found.last_success = *time;
  }
  return found;
}

}  // namespace

Result<Nights> look_at_nights(const Config& config, TimeMicros now,
                              std::optional<TimeMicros> served) {
  MARQUEE_ASSIGN(const Schedule schedule, Schedule::create(config.schedule));
  const RecordedRuns runs = recorded_runs(config.data_dir, now);
  Nights nights{.last_success = std::max(runs.last_success, served), .missed = {}};
  auto since = nights.last_success;
  if (!since && runs.first) since = *runs.first - 1;  // the first itself was due, and failed
  if (since)
    nights.missed =
        schedule.latest_between(*since, now - config.schedule.overdue_minutes * kMinute);
  return nights;
}

NightWatch::NightWatch(const Config& config, Clock& clock,
                       std::function<std::optional<TimeMicros>()> served,
                       std::function<void(const Nights&)> tell)
    : thread_([&config, &clock, served = std::move(served),
               tell = std::move(tell)](std::stop_token stop) {
        do {
          if (const auto nights = look_at_nights(config, clock.now(), served()))
            tell(*nights);
          else
            spdlog::warn("whether the nightly runs happen is not known: {}",
                         nights.error().message());
        } while (clock.sleep_until(clock.now() + kMinute, stop));
      }) {}

}  // namespace marquee
