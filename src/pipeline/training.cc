#include "pipeline/training.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "model/model_file.h"
#include "model/pair_sums_file.h"
#include "model/scorer.h"
#include "model/tensor_file.h"

namespace marquee {
namespace {

using nlohmann::json;

std::int64_t peak_memory_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

double mebibytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

json steps_json(const std::vector<TrainStep>& steps) {
  json list = json::array();
  for (const TrainStep& step : steps)
    list.push_back({{"name", step.name}, {"seconds", step.seconds}});
  return list;
}

// What of an earlier training is there to be taken over.
std::optional<KeptPairSums> earlier_pair_sums(const Config& config, const TrainingInput& input) {
  if (input.pair_sums.empty() || !config.model.keep_pair_sums) return {};
  auto kept = load_pair_sums(input.pair_sums);
  if (kept) return std::move(*kept);
  if (kept.error().code != ErrorCode::kNotFound)
    spdlog::warn("pair sums are not taken over, everybody is counted: {}", kept.error().message());
  return {};
}

// What this training leaves for the next. Sums that are older than the model stay usable; those
// that are not wanted any more must go, since they hold what users rated.
void leave_pair_sums(const Config& config, const TrainingInput& input,
                     const TrainedModel& trained) {
  if (input.pair_sums.empty()) return;
  if (!config.model.keep_pair_sums) {
    std::error_code ignored;
    std::filesystem::remove(input.pair_sums, ignored);
    return;
  }
  if (!trained.pair_sums) return;
  const Status left = write_pair_sums(input.pair_sums, *trained.pair_sums, trained.model->lineage);
  if (!left)
    spdlog::warn("pair sums are not kept, the next training counts more: {}",
                 left.error().message());
}

json pair_figures(const std::optional<PairCount>& count,
                  const std::optional<KeptPairSums>& earlier) {
  if (!count) return nullptr;
  const bool taken_over = count->users_counted < count->users;
  return {{"users", count->users},
          {"users_counted", count->users_counted},
          {"products", count->products},
          {"products_counted", count->products_counted},
          {"seconds", count->seconds},
          {"taken_over_from", taken_over ? json(earlier->run_id) : json(nullptr)}};
}

json figures_of(const TrainedModel& trained, const TensorFile& written,
                const std::optional<KeptPairSums>& earlier) {
  return {{"model", written.name()},
          {"model_checksum", written.checksum()},
          {"model_size", written.size()},
          {"ratings", trained.model->ratings.columns.size()},
          {"users", trained.model->user_count()},
          {"items", trained.model->item_count()},
          {"item_item", trained.item_item_method},
          {"pair_sums", pair_figures(trained.pair_count, earlier)},
          {"learned", json::parse(trained.model->learned_json, nullptr, false)},
          {"steps", steps_json(trained.steps)},
          {"peak_memory_bytes", peak_memory_bytes()}};
}

// "weights: user-user 0.05, …" and what they were learned from.
std::string learned_text(const ModelOptions& options, const std::string& learned_json) {
  const auto weights = part_weights(options);
  std::string text;
  for (std::size_t part = 0; part < weights.size(); ++part)
    text += fmt::format("{}{} {:.3f}", part == 0 ? "" : ", ", name_of(static_cast<Part>(part)),
                        weights[part]);
  const json learned = json::parse(learned_json, nullptr, false);
  const std::string note = learned.is_object() ? learned.value("note", "") : "";
  return fmt::format("  {:<28} {}\n  {:<28} {}\n", "weights", text, "learned", note);
}

std::string summary(const std::string& run_id, const TrainedModel& trained,
                    const TensorFile& written) {
  std::string text = fmt::format("train {}: {} ratings, {} users, {} movies\n", run_id,
                                 trained.model->ratings.columns.size(), trained.model->user_count(),
                                 trained.model->item_count());
  for (const TrainStep& step : trained.steps)
    text += fmt::format("  {:<28} {:8.2f} s\n", step.name, step.seconds);
  if (trained.pair_count && trained.pair_count->users_counted < trained.pair_count->users)
    text += fmt::format("  {:<28} {} of {} users, the others as the run before\n", "pairs counted",
                        trained.pair_count->users_counted, trained.pair_count->users);
  text += learned_text(trained.model->options, trained.model->learned_json);
  text += fmt::format("  {:<28} {:8.1f} MiB\n", "peak memory", mebibytes(peak_memory_bytes()));
  text += fmt::format("  {:<28} {:8.1f} MiB  {}\n", "model file",
                      mebibytes(static_cast<std::int64_t>(written.size())), written.name());
  return text;
}

}  // namespace

Result<TrainedModel> fit(const Config& config, const TrainingInput& input, const Progress& progress,
                         const PairKeeping& pairs) {
  return train_hybrid(input.ratings, input.movies, config.model,
                      Lineage{.run_id = input.run_id,
                              .config_json = model_entries_json(config),
                              .snapshot_json = input.snapshot_json,
                              .program = "marquee " MARQUEE_VERSION},
                      progress, pairs);
}

Result<TaskOutcome> fit_and_write(const Config& config, const TrainingInput& input,
                                  const std::filesystem::path& path, const Progress& progress) {
  const auto earlier = earlier_pair_sums(config, input);
  MARQUEE_ASSIGN(const TrainedModel trained,
                 fit(config, input, progress,
                     {.earlier = earlier ? &earlier->sums : nullptr,
                      .keep = !input.pair_sums.empty() && config.model.keep_pair_sums}));
  MARQUEE_TRY(write_model(path, *trained.model));
  leave_pair_sums(config, input, trained);
  // Read back what is on the disk: the checksum that is recorded is that of the file, and it has
  // been verified.
  MARQUEE_ASSIGN(const auto written, TensorFile::load(path));
  return TaskOutcome{.figures = figures_of(trained, *written, earlier),
                     .text = summary(input.run_id, trained, *written)};
}

}  // namespace marquee
