// When the nightly run is due: a cron expression in a time zone, as a pure function of time.
// scheduler.h waits for it.
#pragma once

#include <memory>
#include <string_view>

#include "core/config.h"
#include "core/rating.h"
#include "pipeline/cron.h"

namespace marquee {

// Immutable and thread-safe.
class Schedule {
 public:
  // kUsage for an expression or an IANA zone name ("Europe/Berlin") that is not valid, or that
  // never comes true (30 February). Zones are read from the system's /usr/share/zoneinfo.
  static Result<Schedule> create(const ScheduleOptions& options);
  Schedule(Schedule&&) noexcept;
  Schedule& operator=(Schedule&&) noexcept;
  ~Schedule();

  // The first due instant strictly after `time`. Every matching local minute gives one instant:
  // where the clock skips it, the next one that exists; where the clock shows it twice, the first
  // (a job that runs every hour runs both times). So a daily job has exactly one instant on every
  // day of the zone.
  TimeMicros next_after(TimeMicros time) const;

  // The last due instant at or before `time` and after `since`; nullopt when there is none.
  std::optional<TimeMicros> latest_between(TimeMicros since, TimeMicros time) const;

 private:
  struct Zone;
  Schedule(CronExpression cron, std::unique_ptr<Zone> zone);
  std::vector<TimeMicros> instants_of_day(std::int64_t day) const;

  CronExpression cron_;
  std::unique_ptr<Zone> zone_;
};

}  // namespace marquee
