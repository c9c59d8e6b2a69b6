#include "core/timestamp.h"
#include "model/model_file.h"
#include "pipeline/doctor_checks.h"
#include "pipeline/pipeline_lock.h"
#include "pipeline/run_folder.h"
#include "pipeline/scheduler.h"
#include "pipeline/task.h"
#include "registry/model_registry.h"

namespace marquee {
namespace {

constexpr TimeMicros kHour = 3600 * kMicrosPerSecond;
// A daily run plus the time it may take, twice.
constexpr TimeMicros kOldModel = 49 * kHour;

std::string age_text(TimeMicros age) {
  return age < 48 * kHour ? fmt::format("{} hours", age / kHour)
                          : fmt::format("{} days", age / kHour / 24);
}

}  // namespace

Finding examine_model(const Config& config, Clock& clock) {
  const ModelRegistry registry(config.data_dir, clock);
  const auto model = load_model(registry.production_path());
  if (!model && model.error().code == ErrorCode::kNotFound)
    return {"model", Health::kWarn, "no model is in production", "marquee train --deploy"};
  if (!model)
    return {"model", Health::kFail, model.error().what + " (" + model.error().where + ")",
            "marquee models rollback, or marquee train --deploy"};
  const auto deployment = registry.last_deployment();
  const std::string what = fmt::format("{}, {} users, {} movies", model->version,
                                       model->data->user_count(), model->data->item_count());
  if (!deployment) return {"model", Health::kOk, what, ""};
  const TimeMicros age = clock.now() - deployment->time;
  const std::string detail =
      fmt::format("{}, in production for {}", what, age_text(std::max<TimeMicros>(age, 0)));
  if (age > kOldModel)
    return {"model", Health::kWarn, detail,
            "marquee train --deploy, and see that the nightly run happens"};
  return {"model", Health::kOk, detail, ""};
}

Finding examine_nightly_run(const Config& config, const Clock& clock) {
  const std::string start = "marquee pipeline schedule, or marquee serve --with-scheduler";
  const auto state = read_scheduler_state(config.data_dir);
  if (!state && state.error().code == ErrorCode::kNotFound)
    return {"nightly run", Health::kWarn, "the built-in scheduler never ran here",
            start + " (not needed when another scheduler calls marquee pipeline run)"};
  if (!state) return {"nightly run", Health::kFail, state.error().message(), state.error().mend};
  const auto schedule = Schedule::create(config.schedule);
  const std::string due = format_timestamp(state->last_due / kMicrosPerSecond * kMicrosPerSecond);
  if (schedule && schedule->latest_between(state->last_due, clock.now() - kHour))
    return {"nightly run", Health::kWarn, "none since " + due + ", though one was due", start};
  if (!state->finished)
    return {"nightly run", Health::kWarn, "the run due at " + due + " has not finished",
            "it goes on when the scheduler is started: " + start};
  if (state->outcome != "done" && state->attempts > 0)
    return {"nightly run", Health::kWarn, "the run due at " + due + " failed: " + state->outcome,
            "see runs/" + run_id_at(state->last_due)};
  return {"nightly run", Health::kOk, "last at " + due + ": " + state->outcome, ""};
}

Finding examine_running_task(const Config& config) {
  const std::string holder = pipeline_lock_holder(config.data_dir);
  return {"pipeline", Health::kOk, holder.empty() ? "nothing runs now" : "running now: " + holder,
          ""};
}

}  // namespace marquee
