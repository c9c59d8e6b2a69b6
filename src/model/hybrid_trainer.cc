#include "model/hybrid_trainer.h"

#include <fmt/ranges.h>

#include <chrono>

#include "model/part_fitting.h"
#include "model/popular.h"
#include "model/scorer.h"
#include "model/settings_learning.h"
#include "model/similar_items.h"

namespace marquee {
namespace {

// Tells of steps and takes their time.
class StepTimer {
 public:
  StepTimer(const TrainProgress& progress, std::vector<TrainStep>& steps)
      : progress_(progress), steps_(steps) {}
  ~StepTimer() { finish(); }

  void start(std::string_view name, double share) {
    finish();
    if (progress_) progress_(name, share);
    steps_.push_back({name, 0});
    began_ = std::chrono::steady_clock::now();
  }

  void finish() {
    if (steps_.empty() || steps_.back().seconds != 0) return;
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began_;
    steps_.back().seconds = taken.count();
  }

 private:
  const TrainProgress& progress_;
  std::vector<TrainStep>& steps_;
  std::chrono::steady_clock::time_point began_;
};

// Titles, genres and years of the items; empty for those that the catalogue lacks.
void describe_items(ModelData& model, std::span<const Movie> catalogue) {
  std::vector<std::string> titles(model.item_count()), genres(model.item_count());
  std::vector<std::int32_t> years(model.item_count());
  for (const Movie& movie : catalogue) {
    const auto found = find_id(model.item_ids.span(), movie.id);
    if (!found) continue;
    const auto item = static_cast<std::size_t>(*found);
    titles[item] = movie.title;
    genres[item] = fmt::format("{}", fmt::join(movie.genres, "|"));
    years[item] = movie.year;
  }
  model.titles = make_text_pool(titles);
  model.genres = make_text_pool(genres);
  model.years = std::move(years);
}

}  // namespace

Result<TrainedModel> train_hybrid(std::span<const Rating> ratings, std::span<const Movie> catalogue,
                                  const ModelOptions& options, Lineage lineage,
                                  const TrainProgress& progress) {
  if (ratings.empty())
    return fail(ErrorCode::kUnfit, "there are no ratings to train on", "training data",
                "import some: marquee import --ratings FILE --movies FILE");
  TrainedModel trained{nullptr, {}, "off"};
  StepTimer timer(progress, trained.steps);
  timer.start("rating matrix", 0);
  MARQUEE_ASSIGN(const InteractionMatrix matrix, InteractionMatrix::build(ratings, catalogue));
  const Grades grades = grade(matrix, options);
  const RatingTimes times(matrix.times().span());
  const FitInput input{matrix, grades, times, catalogue};

  timer.start("learning", 0.05);
  MARQUEE_ASSIGN(LearnedSettings learned, learn_settings(input, options));
  MARQUEE_ASSIGN(FittedParts fitted,
                 fit_parts(input, learned.options, wanted_parts(learned.options),
                           [&](std::string_view step, double share) {
                             timer.start(step, 0.5 + 0.25 * share);
                           }));
  hold_floors(learned, fitted.model, matrix, options);
  trained.item_item_method = fitted.item_item_method;
  auto model = std::make_shared<ModelData>(std::move(fitted.model));
  model->lineage = std::move(lineage);
  model->learned_json = learned.json;
  describe_items(*model, catalogue);

  timer.start("similar movies", 0.75);
  model->similar = find_similar(grades, fitted.content, learned.options);
  PopularList popular = rank_popular(matrix, options);
  model->popular_items = std::move(popular.items);
  model->popular_scores = std::move(popular.scores);

  timer.start("lists", 0.85);
  model->lists = precompute_lists(*model);
  timer.finish();
  trained.model = std::move(model);
  return trained;
}

}  // namespace marquee
