#include "pipeline/nightly.h"

#include "pipeline/run_data.h"

namespace marquee {

Scheduler::Job nightly_job(const Config& config, Clock& clock,
                           std::function<void(const TaskReport&)> on_report) {
  return [&config, &clock, on_report = std::move(on_report)](TimeMicros due,
                                                             std::stop_token stop) -> Status {
    const auto report = run_pipeline({.config = config,
                                      .clock = clock,
                                      .run_id = run_id_at(due),
                                      .on_report = on_report,
                                      .wait = true,
                                      .stop = stop});
    if (!report) return std::unexpected(report.error());
    return {};
  };
}

Result<std::unique_ptr<SchedulerThread>> start_nightly_runs(const Config& config, Clock& clock) {
  MARQUEE_ASSIGN(Scheduler scheduler, Scheduler::create(config, clock, nightly_job(config, clock)));
  return std::make_unique<SchedulerThread>(std::move(scheduler));
}

}  // namespace marquee
