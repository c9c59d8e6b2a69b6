#include "core/log.h"
#include "model/tensor_file.h"
#include "pipeline/run_data.h"
#include "pipeline/task.h"
#include "pipeline/task_bodies.h"
#include "registry/model_registry.h"
#include "registry/production_supply.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string text_at(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : "";
}

// The gate's verdict must be there, be a pass, and be about these very bytes.
Status check_evaluation(const RunFolder& folder, const std::string& checksum) {
  const auto record = folder.record("evaluate");
  const std::string again = "marquee evaluate --run-id " + folder.run_id();
  if (!record)
    return fail(ErrorCode::kGateRefused, "the model was not evaluated",
                folder.record_path("evaluate").string(),
                "run " + again + " first, or deploy --force");
  if (status_of(folder, "evaluate") != "done")
    return fail(ErrorCode::kGateRefused, "the model did not pass the gate",
                folder.record_path("evaluate").string(), "see its rules there, or deploy --force");
  if (text_at(*record, "model_checksum") != checksum)
    return fail(ErrorCode::kGateRefused,
                "the evaluation is of another model than the one that lies there",
                folder.record_path("evaluate").string(), "run " + again + " again");
  return {};
}

Result<std::string> checksum_of(const fs::path& model, const std::string& run_id) {
  const auto file = TensorFile::load(model);
  if (file) return (*file)->checksum();
  Error error = file.error();
  if (error.code == ErrorCode::kNotFound)
    error.mend = "train it first: marquee train --run-id " + run_id;
  return std::unexpected(std::move(error));
}

// Servers elsewhere follow what is published, so that comes first: when it fails, nothing changed,
// and when what follows fails, the task is run again.
Status publish(const RunContext& run, const fs::path& model, const std::string& reason) {
  if (run.config.storage.mode == "embedded") return {};
  MARQUEE_ASSIGN(const auto lake, open_object_store(run.config));
  return publish_model(*lake, run.clock, model, reason, run.run_id);
}

Result<TaskOutcome> deploy(const RunContext& run, const RunFolder& folder, bool force) {
  ModelRegistry registry(run.config.data_dir, run.clock);
  const fs::path model = registry.model_path(run.run_id);
  MARQUEE_ASSIGN(const std::string checksum, checksum_of(model, run.run_id));
  const Status verdict = check_evaluation(folder, checksum);
  if (!verdict && !force) return TaskOutcome{.status = verdict};
  const std::string reason = verdict ? "passed the gate" : "forced: " + verdict.error().what;
  const auto before = registry.last_deployment();
  MARQUEE_TRY(publish(run, model, reason));
  MARQUEE_TRY(registry.deploy(model, reason, run.run_id));
  const std::string replaced = before ? before->model : "";
  return TaskOutcome{
      .figures = {{"model", model.stem().string()},
                  {"model_checksum", checksum},
                  {"reason", reason},
                  {"replaced", replaced}},
      .text =
          fmt::format("deploy {}: {} is in production{} ({})\n", run.run_id, model.stem().string(),
                      replaced.empty() ? "" : ", before it " + replaced, reason)};
}

}  // namespace

Result<TaskReport> perform_deploy(const RunContext& run, bool force) {
  return perform(run, "deploy",
                 [&](const RunFolder& folder) { return deploy(run, folder, force); });
}

Result<TaskReport> run_deploy(const RunContext& run, bool force) {
  return with_lock(run, "deploy", [&] { return perform_deploy(run, force); });
}

}  // namespace marquee
