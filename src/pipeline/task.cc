#include "pipeline/task.h"

#include "pipeline/pipeline_lock.h"
#include "pipeline/run_data.h"

namespace marquee {
namespace {

using nlohmann::json;

std::string_view status_name(const Status& status) {
  if (status) return "done";
  if (status.error().code == ErrorCode::kUnfit) return "unfit";
  if (status.error().code == ErrorCode::kGateRefused) return "refused";
  return "failed";
}

json error_json(const Error& error) {
  return {{"code", name_of(error.code)},
          {"what", error.what},
          {"where", error.where},
          {"mend", error.mend}};
}

double seconds_between(TimeMicros start, TimeMicros end) {
  return static_cast<double>(end - start) / kMicrosPerSecond;
}

bool depends_on(std::string_view task, std::string_view key) {
  const auto is_under = [&](std::string_view prefix) { return key.starts_with(prefix); };
  if (task == "validate") return is_under("validate.") || is_under("events.");
  if (task == "extract-features") return is_under("silver.");
  if (task == "train") return decides_the_model(key);
  if (task == "evaluate")
    return decides_the_model(key) || is_under("evaluation.") || is_under("gate.");
  return task == "reload" && is_under("server.");
}

}  // namespace

json settings_of(const Config& config, std::string_view task) {
  json settings = json::object();
  for (const auto& [key, value] : config_entries(config))
    if (depends_on(task, key)) settings[key] = value;
  return settings;
}

Result<TaskReport> perform(const RunContext& run, std::string_view task, const TaskBody& body) {
  const RunFolder folder(run.config.data_dir, run.run_id);
  MARQUEE_TRY(folder.create());
  const TimeMicros start = run.clock.now();
  auto outcome = body(folder);
  if (!outcome) outcome = TaskOutcome{.status = std::unexpected(std::move(outcome.error()))};
  TaskReport report{std::move(outcome->figures), std::move(outcome->text)};
  report.record["run_id"] = run.run_id;
  report.record["task"] = task;
  if (!report.record.contains("status")) report.record["status"] = status_name(outcome->status);
  report.record["seconds"] = seconds_between(start, run.clock.now());
  report.record["settings"] = settings_of(run.config, task);
  if (!outcome->status) report.record["error"] = error_json(outcome->status.error());
  const Status written = folder.write_record(task, report.record);
  if (run.on_report) run.on_report(report);
  if (!outcome->status) return std::unexpected(std::move(outcome->status.error()));
  if (!written) return std::unexpected(written.error());
  return report;
}

Result<TaskReport> with_lock(const RunContext& run, std::string_view task,
                             const std::function<Result<TaskReport>()>& work) {
  MARQUEE_ASSIGN(const auto lock, PipelineLock::acquire({.data_dir = run.config.data_dir,
                                                         .task = std::string(task),
                                                         .run_id = run.run_id,
                                                         .wait = run.wait,
                                                         .stop = run.stop},
                                                        run.clock));
  return work();
}

std::string status_of(const RunFolder& folder, std::string_view task) {
  const auto record = folder.record(task);
  if (!record || !record->contains("status") || !(*record)["status"].is_string()) return "";
  return (*record)["status"].get<std::string>();
}

}  // namespace marquee
