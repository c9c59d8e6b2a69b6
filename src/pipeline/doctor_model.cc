#include "core/timestamp.h"
#include "model/model_file.h"
#include "pipeline/doctor_checks.h"
#include "pipeline/nights.h"
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

constexpr std::string_view kHowToStart =
    "start one: scripts/airflow.sh start, marquee pipeline schedule, or marquee serve "
    "--with-scheduler";

std::string second_text(TimeMicros time) {
  return format_timestamp(time / kMicrosPerSecond * kMicrosPerSecond);
}

Finding missed_night(const Nights& nights, const Result<SchedulerState>& state) {
  std::string detail =
      fmt::format("the run due at {} has not come to its end; the last that did: {}",
                  second_text(*nights.missed),
                  nights.last_success ? second_text(*nights.last_success) : "none");
  if (state && state->last_due == *nights.missed) detail += " (" + state->outcome + ")";
  return {
      "nightly run", Health::kWarn, std::move(detail),
      "see the newest folder below runs, and the scheduler's log; marquee pipeline run makes up "
      "for it"};
}

// What the built-in scheduler knows of a run that left no successful record.
Finding scheduled_night(const Config& config, const Clock& clock, const SchedulerState& state) {
  const auto schedule = Schedule::create(config.schedule);
  const std::string due = second_text(state.last_due);
  if (schedule &&
      schedule->latest_between(
          state.last_due, clock.now() - config.schedule.overdue_minutes * 60 * kMicrosPerSecond))
    return {"nightly run", Health::kWarn, "none since " + due + ", though one was due",
            std::string(kHowToStart)};
  if (!state.finished)
    return {"nightly run", Health::kWarn, "the run due at " + due + " has not finished",
            "it goes on when the scheduler is started: " + std::string(kHowToStart)};
  if (state.outcome != "done" && state.attempts > 0)
    return {"nightly run", Health::kWarn, "the run due at " + due + " failed: " + state.outcome,
            "see runs/" + run_id_at(state.last_due)};
  return {"nightly run", Health::kOk, "last at " + due + ": " + state.outcome, ""};
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

Finding examine_nightly_run(const Config& config, const Clock& clock,
                            std::optional<TimeMicros> served) {
  const auto state = read_scheduler_state(config.data_dir);
  if (!state && state.error().code != ErrorCode::kNotFound)
    return {"nightly run", Health::kFail, state.error().message(), state.error().mend};
  const auto nights = look_at_nights(config, clock.now(), served);
  if (!nights) return {"nightly run", Health::kFail, nights.error().message(), nights.error().mend};
  if (nights->missed) return missed_night(*nights, state);
  const auto last = nights->last_success;
  if (state && (!last || state->last_due > *last)) return scheduled_night(config, clock, *state);
  if (last) return {"nightly run", Health::kOk, "last at " + second_text(*last), ""};
  return {"nightly run", Health::kWarn, "none has come to its end here, and no scheduler ran",
          std::string(kHowToStart)};
}

Finding examine_running_task(const Config& config) {
  const std::string holder = pipeline_lock_holder(config.data_dir);
  return {"pipeline", Health::kOk, holder.empty() ? "nothing runs now" : "running now: " + holder,
          ""};
}

}  // namespace marquee
