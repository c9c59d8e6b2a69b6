#include "core/durable_file.h"
#include "pipeline/run_data.h"
#include "pipeline/task.h"
#include "pipeline/task_bodies.h"
#include "pipeline/training.h"
#include "registry/model_registry.h"

namespace marquee {
namespace {

Result<TaskOutcome> train(const RunContext& run, const RunFolder& folder) {
  if (run.progress) run.progress("reading the ratings", 0);
  MARQUEE_ASSIGN(const RunData data, open_run_data(run, folder));
  MARQUEE_ASSIGN(const std::vector<Rating> ratings, data.ratings());
  MARQUEE_ASSIGN(const std::vector<Movie> movies, data.movies());
  const ModelRegistry registry(run.config.data_dir, run.clock);
  MARQUEE_TRY(make_folders(registry.folder()));
  return fit_and_write(run.config,
                       {.ratings = ratings,
                        .movies = movies,
                        .run_id = run.run_id,
                        .snapshot_json = to_json(data.snapshot),
                        .pair_sums = registry.pair_sums_path()},
                       registry.model_path(run.run_id), run.progress);
}

}  // namespace

Result<TaskReport> perform_train(const RunContext& run) {
  return perform(run, "train", [&](const RunFolder& folder) { return train(run, folder); });
}

Result<TaskReport> run_train(const RunContext& run) {
  return with_lock(run, "train", [&] { return perform_train(run); });
}

std::optional<std::string> newest_trained_run(const Config& config) {
  const auto runs = all_runs(config.data_dir);
  const auto newest = std::find_if(runs.rbegin(), runs.rend(), [](const RunFolder& folder) {
    return status_of(folder, "train") == "done";
  });
  return newest == runs.rend() ? std::nullopt : std::optional(newest->run_id());
}

Result<std::shared_ptr<const ModelData>> train_from_store(const Config& config, Clock& clock,
                                                          const Progress& progress) {
  if (progress) progress("reading the ratings", 0);
  MARQUEE_ASSIGN(const RunData data, open_newest_data(config, clock, progress));
  MARQUEE_ASSIGN(const std::vector<Rating> ratings, data.ratings());
  MARQUEE_ASSIGN(const std::vector<Movie> movies, data.movies());
  MARQUEE_ASSIGN(const TrainedModel trained, fit(config,
                                                 {.ratings = ratings,
                                                  .movies = movies,
                                                  .run_id = run_id_at(clock.now()),
                                                  .snapshot_json = to_json(data.snapshot)},
                                                 progress));
  return trained.model;
}

}  // namespace marquee
