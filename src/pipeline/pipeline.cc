#include "core/log.h"
#include "pipeline/history.h"
#include "pipeline/run_data.h"
#include "pipeline/task.h"
#include "pipeline/task_bodies.h"
#include "registry/model_registry.h"

namespace marquee {
namespace {

using nlohmann::json;

struct Step {
  std::string_view task;
  std::function<Result<TaskReport>(const RunContext&)> perform;
};

const std::array<Step, 6>& steps() {
  static const std::array<Step, 6> all = {{
      {"validate", perform_validate},
      {"extract-features", perform_extract_features},
      {"train", perform_train},
      {"evaluate", [](const RunContext& run) { return perform_evaluate(run); }},
      {"deploy", [](const RunContext& run) { return perform_deploy(run, false); }},
      {"reload", [](const RunContext& run) { return perform_reload(run, true); }},
  }};
  return all;
}

bool model_lies_there(const RunContext& run, const json& record) {
  std::error_code error;
  const auto size = std::filesystem::file_size(
      ModelRegistry(run.config.data_dir, run.clock).model_path(run.run_id), error);
  const auto told = record.find("model_size");
  return !error && told != record.end() && told->is_number_unsigned() &&
         told->get<std::uint64_t>() == size;
}

// Done with the present settings, and what it made is still there.
bool is_done(const RunContext& run, const RunFolder& folder, const Step& step) {
  if (status_of(folder, step.task) != "done") return false;
  const json record = *folder.record(step.task);
  const auto settings = record.find("settings");
  if (settings == record.end() || *settings != settings_of(run.config, step.task)) return false;
  return step.task != "train" || model_lies_there(run, record);
}

Result<TaskReport> repeat_or_keep(const RunContext& run, const RunFolder& folder, const Step& step,
                                  bool& all_done) {
  all_done = all_done && is_done(run, folder, step);
  if (!all_done) return step.perform(run);
  spdlog::info("run {}: {} was done before", run.run_id, step.task);
  return TaskReport{*folder.record(step.task), ""};
}

Result<TaskOutcome> chain(const RunContext& run, const RunFolder& folder) {
  MARQUEE_TRY(folder.write_record("pipeline", {{"run_id", run.run_id}, {"status", "running"}}));
  TaskOutcome outcome;
  json& tasks = outcome.figures["tasks"] = json::object();
  bool all_done = true;
  for (const Step& step : steps()) {
    if (run.stop.stop_requested())
      outcome.status =
          fail(ErrorCode::kUnavailable, "the run was stopped before " + std::string(step.task), "",
               "go on with it: marquee pipeline run --run-id " + run.run_id);
    if (!outcome.status) return outcome;
    const auto report = repeat_or_keep(run, folder, step, all_done);
    tasks[std::string(step.task)] = status_of(folder, step.task);
    if (!report) outcome.status = std::unexpected(report.error());
  }
  if (!outcome.status) return outcome;
  forget_old_history(run.config);
  outcome.text =
      fmt::format("pipeline run {}: done, reload {}\n", run.run_id, status_of(folder, "reload"));
  return outcome;
}

// Runs that a later `pipeline run` may go on with; "unfit" and "refused" are answers.
bool was_cut_short(const std::string& status) {
  return status == "running" || status == "failed";
}

bool nothing_new_since(const Config& config, const RunFolder& folder) {
  const auto taken = folder.snapshot();
  if (!taken) return taken.error().code == ErrorCode::kNotFound;
  SystemClock clock;
  const auto now = open_newest_data(config, clock, {});
  return now && same_data(now->snapshot, *taken);
}

}  // namespace

Result<TaskReport> run_pipeline(const RunContext& run) {
  return with_lock(run, "pipeline run", [&] {
    return perform(run, "pipeline", [&](const RunFolder& folder) { return chain(run, folder); });
  });
}

std::optional<std::string> run_to_resume(const Config& config) {
  const auto runs = all_runs(config.data_dir);
  const auto newest = std::find_if(runs.rbegin(), runs.rend(), [](const RunFolder& folder) {
    return !status_of(folder, "pipeline").empty();
  });
  if (newest == runs.rend() || !was_cut_short(status_of(*newest, "pipeline"))) return std::nullopt;
  if (!nothing_new_since(config, *newest)) return std::nullopt;
  return newest->run_id();
}

Result<TaskReport> run_train_and_deploy(const RunContext& run) {
  return with_lock(run, "train --deploy", [&]() -> Result<TaskReport> {
    MARQUEE_ASSIGN(TaskReport train, perform_train(run));
    MARQUEE_ASSIGN(TaskReport evaluate, perform_evaluate(run));
    MARQUEE_ASSIGN(TaskReport deploy, perform_deploy(run, false));
    forget_old_history(run.config);
    return TaskReport{{{"run_id", run.run_id},
                       {"train", std::move(train.record)},
                       {"evaluate", std::move(evaluate.record)},
                       {"deploy", std::move(deploy.record)}},
                      train.text + evaluate.text + deploy.text};
  });
}

}  // namespace marquee
