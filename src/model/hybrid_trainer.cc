#include "model/hybrid_trainer.h"

#include <fmt/ranges.h>

#include <chrono>
#include <optional>
#include <thread>

#include "model/learning_plan.h"
#include "model/parallel.h"
#include "model/part_fitting.h"
#include "model/popular.h"
#include "model/scorer.h"
#include "model/settings_learning.h"
#include "model/similar_items.h"
#include "model/strengths.h"

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

struct LearnedFit {
  LearnedSettings learned;
  FittedParts fitted;
};

// Learning fits a model of most of the ratings. Where it leaves the ridges alone, the model of all
// of them can be fitted beside it: two threads with a fit each wait less than two that share one.
// With more threads each fit has use for several, and matrices must fit in memory twice.
bool fits_beside_learning(const FitInput& input, const ModelOptions& options) {
  constexpr double kBytesBesideAnother = 5e8;
  const double items = static_cast<double>(regressed_items(input.matrix.by_item(), options));
  const int threads = thread_count(options.threads);
  return plan_learning(input.matrix, options).extent == LearningExtent::kWeights &&
         (threads == 2 || threads == 3) && items * items * sizeof(float) <= kBytesBesideAnother;
}

Result<LearnedFit> learn_beside_fit(const FitInput& input, const ModelOptions& options) {
  ModelOptions asked = options;
  asked.threads = 1;
  const ModelOptions rules = with_rules(asked, input.grades, input.times);
  std::optional<Result<FittedParts>> fitted;
  std::jthread beside([&] { fitted = fit_parts(input, rules, wanted_parts(asked)); });
  auto learned = learn_settings(input, asked);
  beside.join();
  if (!learned) return std::unexpected(std::move(learned.error()));
  if (!*fitted) return std::unexpected(std::move(fitted->error()));
  learned->options.threads = options.threads;
  give_options((*fitted)->model, input, learned->options);
  return LearnedFit{std::move(*learned), std::move(**fitted)};
}

Result<LearnedFit> learn_and_fit(const FitInput& input, const ModelOptions& options,
                                 StepTimer& timer) {
  if (fits_beside_learning(input, options)) {
    timer.start("learning beside the fit", 0.05);
    return learn_beside_fit(input, options);
  }
  timer.start("learning", 0.05);
  MARQUEE_ASSIGN(LearnedSettings learned, learn_settings(input, options));
  MARQUEE_ASSIGN(FittedParts fitted,
                 fit_parts(input, learned.options, wanted_parts(learned.options),
                           [&](std::string_view step, double share) {
                             timer.start(step, 0.5 + 0.25 * share);
                           }));
  return LearnedFit{std::move(learned), std::move(fitted)};
}

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
                                  const TrainProgress& progress, const PairKeeping& pairs) {
  if (ratings.empty())
    return fail(ErrorCode::kUnfit, "there are no ratings to train on", "training data",
                "import some: marquee import --ratings FILE --movies FILE");
  TrainedModel trained{nullptr, {}, "off", {}, {}};
  StepTimer timer(progress, trained.steps);
  timer.start("rating matrix", 0);
  MARQUEE_ASSIGN(const InteractionMatrix matrix, InteractionMatrix::build(ratings, catalogue));
  timer.start("grades", 0.03);
  MARQUEE_ASSIGN(const GradeChoice choice, choose_grades(matrix, options));
  const ModelOptions graded = with_grades(options, choice.kind);
  const Grades grades = grade(matrix, graded);
  const RatingTimes times(matrix.times().span());
  PairBook book{matrix.user_ids(), matrix.item_ids(), pairs.earlier, pairs.keep, {}, {}};
  const FitInput input{matrix, grades, times, catalogue, {}, &book};

  MARQUEE_ASSIGN(auto learned_fit, learn_and_fit(input, graded, timer));
  auto& [learned, fitted] = learned_fit;
  note_grades(learned, choice, options);
  hold_floors(learned, fitted.model, matrix, graded);
  trained.item_item_method = fitted.item_item_method;
  trained.pair_count = book.count;
  trained.pair_sums = std::move(book.sums);
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
