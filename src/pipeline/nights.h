// Whether the nightly runs happen, whoever starts them: the built-in scheduler, Airflow or cron.
// Judged by what runs leave in <data-dir>/runs and by the model that is served, against
// schedule.cron.
#pragma once

#include <functional>
#include <optional>
#include <thread>

#include "core/clock.h"
#include "core/config.h"

namespace marquee {

struct Nights {
  // What the newest run that came to its end is named after: the time it was due or was started by
  // hand. A run comes to its end when its model was deployed and no reload failed, or when the gate
  // kept the present model.
  std::optional<TimeMicros> last_success;
  // The newest due time that no such run has followed, though schedule.overdue_minutes have passed;
  // nullopt when all is well, and where there never was a run.
  std::optional<TimeMicros> missed;
};

// `served` is the run time of the model that is served, which counts like a run of that time: a
// server on another machine than the runs knows of them by it. kUsage for a wrong schedule.
Result<Nights> look_at_nights(const Config& config, TimeMicros now,
                              std::optional<TimeMicros> served = std::nullopt);

// Looks every minute, in a thread of its own, until destroyed.
class NightWatch {
 public:
  // `served` as above; it and `tell` are called from that thread. The config and the clock must
  // outlive it.
  NightWatch(const Config& config, Clock& clock, std::function<std::optional<TimeMicros>()> served,
             std::function<void(const Nights&)> tell);

 private:
  std::jthread thread_;
};

}  // namespace marquee
