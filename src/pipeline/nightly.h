// The night as the scheduler's job: what `pipeline schedule` and `serve --with-scheduler` run at
// every due time.
#pragma once

#include "pipeline/scheduler.h"
#include "pipeline/tasks.h"

namespace marquee {

// Runs the pipeline under the due time's run id, so that a run that was cut short goes on where it
// stopped; waits for a run by hand to end first. `config` and `clock` must outlive it. `on_report`
// as in RunContext, may be empty.
Scheduler::Job nightly_job(const Config& config, Clock& clock,
                           std::function<void(const TaskReport&)> on_report = {});

// The whole scheduler of a data dir in a thread of its own: keep it while it shall run.
Result<std::unique_ptr<SchedulerThread>> start_nightly_runs(const Config& config, Clock& clock);

}  // namespace marquee
