#include "model/grade_choice.h"

#include <algorithm>
#include <unordered_set>

#include "model/blend_cases.h"
#include "model/learning_plan.h"
#include "model/parallel.h"
#include "model/user_sample.h"
#include "model/validation_cuts.h"

namespace marquee {
namespace {

constexpr std::size_t kFewestCuts = 2, kMostCuts = 5;
constexpr std::size_t kRatingsOfCuts = 500'000;  // of all cuts together, but for the fewest
constexpr std::size_t kEnoughUsers = 1000;
constexpr std::size_t kSampledUsers = 3000;
constexpr std::size_t kKnownMovies = 1000;
constexpr double kStepMustWin = 1.01;
constexpr double kRidgeFactors[] = {0.5, 1, 2};  // the rule suits one kind of grades better

// Those with at least as many raters as it takes to be at most kKnownMovies.
std::unordered_set<MovieId> known_movies(const InteractionMatrix& matrix) {
  std::vector<std::size_t> raters(matrix.item_count());
  for (std::size_t i = 0; i < raters.size(); ++i) raters[i] = matrix.item(i).columns.size();
  std::vector<std::size_t> falling = raters;
  std::ranges::sort(falling, std::greater{});
  const std::size_t fewest = falling.size() > kKnownMovies ? falling[kKnownMovies] + 1 : 1;
  std::unordered_set<MovieId> movies;
  for (std::size_t i = 0; i < raters.size(); ++i)
    if (raters[i] >= fewest) movies.insert(matrix.item_ids()[i]);
  return movies;
}

// What of the ratings is tried.
std::vector<Rating> sample_of(const InteractionMatrix& matrix) {
  std::vector<Rating> sample = ratings_of_drawn(matrix, kSampledUsers);
  const auto movies = known_movies(matrix);
  std::erase_if(sample, [&](const Rating& rating) { return !movies.contains(rating.movie); });
  return sample;
}

class GradeTrial {
 public:
  GradeTrial(std::vector<Cut> cuts, const ModelOptions& asked)
      : asked_(asked), cuts_(std::move(cuts)) {
    parts_[static_cast<std::size_t>(Part::kItemItem)] = true;
  }

  Result<GradeChoice> run() const {
    const auto trials = trials_of_cuts();
    std::vector<Result<double>> found(trials.size(), 0.0);
    for_each_row(trials.size(), thread_count(asked_.threads), 1,
                 [&] { return [&](std::size_t k) { found[k] = ndcg_of(trials[k]); }; });
    GradeChoice choice;
    double weight = 0;
    for (std::size_t k = 0; k < trials.size(); ++k) {
      if (!found[k]) return std::unexpected(found[k].error());
      const bool smooth = trials[k].slope == kSmoothGrades;
      (smooth ? choice.smooth_ndcg : choice.step_ndcg) += trials[k].weight * *found[k];
      if (smooth) weight += trials[k].weight;
    }
    if (weight == 0) return choice;
    choice.smooth_ndcg /= weight;
    choice.step_ndcg /= weight;
    if (choice.step_ndcg > kStepMustWin * choice.smooth_ndcg) choice.slope = 0;
    return choice;
  }

 private:
  struct Trial {
    const Cut& cut;
    double slope;
    double weight;  // of the cut, with its users
  };

  std::vector<Trial> trials_of_cuts() const {
    std::vector<Trial> trials;
    std::size_t users = 0;
    for (const Cut& cut : cuts_) {
      if (users >= kEnoughUsers) break;
      const std::size_t judged = FittedCut::judged_users_of(cut, asked_);
      if (judged == 0) continue;
      users += judged;
      for (const double slope : {kSmoothGrades, 0.0})
        trials.push_back({cut, slope, cut.weight * static_cast<double>(judged)});
    }
    return trials;
  }

  // Of item–item alone, with the ridge that suits it best. On one thread, beside other trials.
  Result<double> ndcg_of(const Trial& trial) const {
    ModelOptions options = asked_;
    options.grade_slope = trial.slope;
    options.threads = 1;
    MARQUEE_ASSIGN(const FittedCut fitted, FittedCut::fit(trial.cut, {}, options, parts_, {}));
    double best = 0;
    for (const double factor : kRidgeFactors) {
      MARQUEE_ASSIGN(const double ndcg, fitted.judge_alone(Part::kItemItem, factor));
      best = std::max(best, ndcg);
    }
    return best;
  }

  const ModelOptions& asked_;
  std::vector<Cut> cuts_;
  PartSet parts_{};
};

}  // namespace

Result<GradeChoice> choose_grades(const InteractionMatrix& matrix, const ModelOptions& asked) {
  if (asked.grade_slope >= 0) return GradeChoice{.slope = asked.grade_slope};
  const bool item_item = wanted_parts(asked)[static_cast<std::size_t>(Part::kItemItem)];
  const bool learns = plan_learning(matrix, asked).extent != LearningExtent::kNothing;
  if (!item_item || !learns) return GradeChoice{};
  MARQUEE_ASSIGN(const InteractionMatrix sample, InteractionMatrix::build(sample_of(matrix), {}));
  const std::size_t cuts =
      std::clamp(kRatingsOfCuts / (sample.rating_count() + 1), kFewestCuts, kMostCuts);
  return GradeTrial(make_cuts(sample, asked.validation, cuts).cuts, asked).run();
}

}  // namespace marquee
