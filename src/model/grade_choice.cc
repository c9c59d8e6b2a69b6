#include "model/grade_choice.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
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
constexpr std::size_t kSampledUsers = 3000;
constexpr std::size_t kKnownMovies = 1000;
constexpr double kMustWin = 1.01;
constexpr double kErrors = 1.5;  // standard errors of the mean difference between users
// The rule's ridge suits one kind of grades better than another, but not so much that a kind which
// with it falls behind the best by this much could catch up.
constexpr double kOtherRidges[] = {0.5, 2};
constexpr double kHopeful = 0.95;

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

// What is tried; the first stands where no other wins.
std::vector<GradeKind> kinds_for(const ModelOptions& asked) {
  std::vector<GradeKind> kinds = {{"smooth", kSmoothGrades, asked.other_strength},
                                  {"gentle", kGentleGrades, asked.other_strength},
                                  {"step", 0, asked.other_strength}};
  if (asked.other_strength == 0) {
    kinds.push_back({"flat", 0, asked.liked_strength});
    kinds.push_back({"balanced", kGentleGrades, -asked.liked_strength});
  }
  return kinds;
}

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double weighted_mean(std::span<const double> values, std::span<const double> weights) {
  return std::inner_product(values.begin(), values.end(), weights.begin(), 0.0) / sum_of(weights);
}

// By 1 %, and by more than the differences between users leave to chance.
bool wins(std::span<const double> challenger, std::span<const double> holder,
          std::span<const double> weights) {
  const double held = weighted_mean(holder, weights);
  const double ahead = weighted_mean(challenger, weights) - held;
  double square = 0;
  for (std::size_t u = 0; u < weights.size(); ++u)
    square += std::pow(weights[u] * (challenger[u] - holder[u] - ahead), 2);
  return ahead > (kMustWin - 1) * held && ahead > kErrors * std::sqrt(square) / sum_of(weights);
}

// Made, run once and thrown away.
class GradeTrial {
 public:
  GradeTrial(std::vector<Cut> cuts, const ModelOptions& asked)
      : asked_(asked), cuts_(std::move(cuts)), kinds_(kinds_for(asked)) {}

  Result<GradeChoice> run() {
    for (const Cut& cut : enough_cuts(cuts_, asked_))
      for (std::size_t kind = 0; kind < kinds_.size(); ++kind)
        trials_.push_back({cut, kind, {}, {}});
    const int threads = thread_count(asked_.threads);
    MARQUEE_TRY(try_each(trials_.size(), threads, [&](std::size_t k) { return fit(trials_[k]); }));
    if (weights_of_users().empty()) return GradeChoice{kinds_.front(), {}};
    const std::vector<double> first = ndcg_by_kind();
    const double hopeful = kHopeful * std::ranges::max(first);
    MARQUEE_TRY(try_each(trials_.size(), threads, [&](std::size_t k) -> Status {
      if (first[trials_[k].kind] < hopeful) return {};
      return try_other_ridges(trials_[k]);
    }));
    return best_kind();
  }

 private:
  // One kind on one cut.
  struct Trial {
    const Cut& cut;
    std::size_t kind = 0;  // by place among kinds_
    std::optional<FittedCut> fitted;
    std::vector<double> ndcg;  // by judged user, of item–item alone, with the best ridge so far
  };

  Status fit(Trial& trial) const {
    ModelOptions options = with_grades(asked_, kinds_[trial.kind]);
    options.threads = 1;
    PartSet parts{};
    parts[static_cast<std::size_t>(Part::kItemItem)] = true;
    MARQUEE_ASSIGN(trial.fitted, FittedCut::fit(trial.cut, {}, options, parts, {}));
    MARQUEE_ASSIGN(trial.ndcg, trial.fitted->judge_alone(Part::kItemItem, 1));
    return {};
  }

  static Status try_other_ridges(Trial& trial) {
    for (const double factor : kOtherRidges) {
      MARQUEE_ASSIGN(std::vector<double> ndcg, trial.fitted->judge_alone(Part::kItemItem, factor));
      if (sum_of(ndcg) > sum_of(trial.ndcg)) trial.ndcg = std::move(ndcg);
    }
    return {};
  }

  // Of all judged users of all cuts, in the same order for every kind.
  std::vector<double> ndcg_of(std::size_t kind) const {
    std::vector<double> ndcg;
    for (const Trial& trial : trials_)
      if (trial.kind == kind) ndcg.insert(ndcg.end(), trial.ndcg.begin(), trial.ndcg.end());
    return ndcg;
  }

  std::vector<double> weights_of_users() const {
    std::vector<double> weights;
    for (const Trial& trial : trials_)
      if (trial.kind == 0) weights.resize(weights.size() + trial.ndcg.size(), trial.cut.weight);
    return weights;
  }

  std::vector<double> ndcg_by_kind() const {
    std::vector<double> means;
    const std::vector<double> weights = weights_of_users();
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind)
      means.push_back(weighted_mean(ndcg_of(kind), weights));
    return means;
  }

  GradeChoice best_kind() const {
    const std::vector<double> means = ndcg_by_kind(), weights = weights_of_users();
    const std::vector<double> smooth = ndcg_of(0);
    GradeChoice choice{kinds_.front(), {}};
    double best = means.front();
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
      choice.tries.push_back({kinds_[kind], means[kind]});
      if (means[kind] <= best || !wins(ndcg_of(kind), smooth, weights)) continue;
      best = means[kind];
      choice.kind = kinds_[kind];
    }
    return choice;
  }

  const ModelOptions& asked_;
  std::vector<Cut> cuts_;
  std::vector<GradeKind> kinds_;
  std::vector<Trial> trials_;
};

}  // namespace

ModelOptions with_grades(ModelOptions asked, const GradeKind& kind) {
  asked.grade_slope = kind.slope;
  asked.other_strength = kind.other_strength;
  return asked;
}

Result<GradeChoice> choose_grades(const InteractionMatrix& matrix, const ModelOptions& asked) {
  if (asked.grade_slope >= 0)
    return GradeChoice{{"pinned", asked.grade_slope, asked.other_strength}, {}};
  const bool item_item = wanted_parts(asked)[static_cast<std::size_t>(Part::kItemItem)];
  const bool learns = plan_learning(matrix, asked).extent != LearningExtent::kNothing;
  const auto& ratings = matrix.by_user().values;
  const bool all_alike = std::ranges::adjacent_find(ratings, std::not_equal_to{}) == ratings.end();
  if (!item_item || !learns || all_alike) return GradeChoice{kinds_for(asked).front(), {}};
  MARQUEE_ASSIGN(const InteractionMatrix sample, InteractionMatrix::build(sample_of(matrix), {}));
  const std::size_t cuts =
      std::clamp(kRatingsOfCuts / (sample.rating_count() + 1), kFewestCuts, kMostCuts);
  return GradeTrial(make_cuts(sample, asked.validation, cuts).cuts, asked).run();
}

}  // namespace marquee
