#include "core/durable_file.h"
#include "core/log.h"
#include "evaluation/evaluation_report.h"
#include "model/model_file.h"
#include "pipeline/run_data.h"
#include "pipeline/task.h"
#include "pipeline/task_bodies.h"
#include "registry/model_registry.h"

namespace marquee {
namespace {

using nlohmann::json;

Result<LoadedModel> load_candidate(const ModelRegistry& registry, const std::string& run_id) {
  auto model = load_model(registry.model_path(run_id));
  if (!model && model.error().code == ErrorCode::kNotFound)
    model.error().mend = "train it first: marquee train --run-id " + run_id;
  return model;
}

// A model's configuration over the run's, as a rival of the candidate's.
Result<Rival> rival_of(const RunContext& run, const LoadedModel& model) {
  MARQUEE_ASSIGN(Config config, with_model_entries(run.config, model.data->lineage.config_json));
  return Rival{.name = model.version, .config = std::move(config)};
}

// nullopt on a first deployment, and when production is beyond reading: a broken file must not keep
// a good one out.
std::optional<Rival> production_rival(const RunContext& run, const ModelRegistry& registry) {
  const auto production = load_model(registry.production_path());
  if (!production) {
    if (production.error().code != ErrorCode::kNotFound)
      spdlog::warn("production is not compared with: {}", production.error().message());
    return std::nullopt;
  }
  auto rival = rival_of(run, *production);
  if (rival) return *rival;
  spdlog::warn("production is not compared with: {}", rival.error().message());
  return std::nullopt;
}

Result<Rivals> rivals_of(const RunContext& run, const ModelRegistry& registry,
                         const std::string& against) {
  Rivals rivals{.production = production_rival(run, registry), .other = std::nullopt};
  if (against.empty()) return rivals;
  MARQUEE_ASSIGN(const auto path, registry.resolve(against));
  MARQUEE_ASSIGN(const LoadedModel model, load_model(path));
  MARQUEE_ASSIGN(rivals.other, rival_of(run, model));
  return rivals;
}

Status verdict_of(const GateVerdict& gate, const RunFolder& folder) {
  if (gate.passed) return {};
  std::string broken;
  for (const GateRule& rule : gate.rules)
    if (!rule.passed)
      broken += fmt::format("{}{} ({:.4f})", broken.empty() ? "" : ", ", rule.name, rule.figure);
  return fail(ErrorCode::kGateRefused, "the gate keeps the present model: " + broken,
              folder.record_path("evaluate").string(),
              "train on more data, or see the rules under gate.");
}

Result<TaskOutcome> evaluate(const RunContext& run, const RunFolder& folder,
                             const std::string& against) {
  const ModelRegistry registry(run.config.data_dir, run.clock);
  MARQUEE_ASSIGN(const LoadedModel model, load_candidate(registry, run.run_id));
  MARQUEE_ASSIGN(const Config candidate,
                 with_model_entries(run.config, model.data->lineage.config_json));
  MARQUEE_ASSIGN(const Rivals rivals, rivals_of(run, registry, against));
  if (run.progress) run.progress("reading the ratings", 0);
  MARQUEE_ASSIGN(const RunData data, open_run_data(run, folder));
  MARQUEE_ASSIGN(const std::vector<Rating> ratings, data.ratings());
  MARQUEE_ASSIGN(const std::vector<Movie> movies, data.movies());
  MARQUEE_ASSIGN(const EvaluationReport report,
                 evaluate_candidate(ratings, movies, candidate, rivals, run.progress));
  json figures = to_json(report);
  figures["model"] = model.version;
  figures["model_checksum"] = model.checksum;
  MARQUEE_TRY(write_file_durably(registry.evaluation_path(run.run_id), figures.dump(2) + "\n"));
  return TaskOutcome{.figures = std::move(figures),
                     .text = fmt::format("evaluate {}\n{}", run.run_id, to_text(report)),
                     .status = verdict_of(report.gate, folder)};
}

}  // namespace

Result<TaskReport> perform_evaluate(const RunContext& run, const std::string& against) {
  return perform(run, "evaluate",
                 [&](const RunFolder& folder) { return evaluate(run, folder, against); });
}

Result<TaskReport> run_evaluate(const RunContext& run, const std::string& against) {
  return with_lock(run, "evaluate", [&] { return perform_evaluate(run, against); });
}

}  // namespace marquee
