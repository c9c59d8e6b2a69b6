#include "model/hybrid_trainer.h"

#include <fmt/ranges.h>

#include <chrono>

#include "model/content.h"
#include "model/interaction_matrix.h"
#include "model/item_item.h"
#include "model/popular.h"
#include "model/scorer.h"
#include "model/similar_items.h"
#include "model/user_user.h"

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

SparseRows empty_rows(std::size_t count) {
  return {std::vector<std::int64_t>(count + 1), {}, {}};
}

Result<std::string_view> fit_item_item(ModelData& model, const InteractionMatrix& matrix) {
  MARQUEE_ASSIGN(const ItemItemMethod method, choose_item_item(model.options, matrix.item_count()));
  if (method == ItemItemMethod::kCosine) {
    model.item_item = fit_item_cosine(matrix, model.options);
    return "cosine";
  }
  MARQUEE_ASSIGN(model.item_item, fit_ease(matrix, model.options));
  return "ease";
}

}  // namespace

Result<TrainedModel> train_hybrid(std::span<const Rating> ratings, std::span<const Movie> catalogue,
                                  const ModelOptions& options, Lineage lineage,
                                  const TrainProgress& progress) {
  if (ratings.empty())
    return fail(ErrorCode::kUnfit, "there are no ratings to train on", "training data",
                "import some: marquee import --ratings FILE --movies FILE");
  TrainedModel trained{nullptr, {}, "off"};
  auto model = std::make_shared<ModelData>();
  model->options = options;
  model->lineage = std::move(lineage);
  const auto weights = part_weights(options);
  {
    StepTimer timer(progress, trained.steps);
    timer.start("rating matrix", 0);
    MARQUEE_ASSIGN(const InteractionMatrix matrix, InteractionMatrix::build(ratings, catalogue));
    model->user_ids = matrix.user_ids();
    model->item_ids = matrix.item_ids();
    model->ratings = matrix.by_user();
    describe_items(*model, catalogue);

    timer.start("user-user", 0.05);
    model->user_user = weights[static_cast<int>(Part::kUserUser)] > 0
                           ? fit_user_user(matrix, options)
                           : empty_rows(model->user_count());
    timer.start("item-item", 0.3);
    model->item_item = empty_rows(model->item_count());
    if (weights[static_cast<int>(Part::kItemItem)] > 0) {
      MARQUEE_ASSIGN(trained.item_item_method, fit_item_item(*model, matrix));
    }

    timer.start("content", 0.55);
    Content content = fit_content(matrix, catalogue, options);
    model->content = content.vectors;
    model->content_mean = content.mean;
    model->content_prior = content.prior;
    model->terms = content.terms;

    timer.start("similar movies", 0.6);
    model->similar = find_similar(matrix, content, options);
    PopularList popular = rank_popular(matrix, options);
    model->popular_items = std::move(popular.items);
    model->popular_scores = std::move(popular.scores);

    timer.start("lists", 0.7);
    model->lists = precompute_lists(*model);
  }
  trained.model = std::move(model);
  return trained;
}

}  // namespace marquee
