#include "model/grade_choice.h"

#include <algorithm>
#include <cmath>
#include <numeric>
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
constexpr double kMustWin = 1.01;
constexpr double kErrors = 1.5;  // standard errors of the mean difference between users
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

class GradeTrial {
 public:
  GradeTrial(std::vector<Cut> cuts, const ModelOptions& asked)
      : asked_(asked), cuts_(std::move(cuts)), kinds_(kinds_for(asked)) {
    parts_[static_cast<std::size_t>(Part::kItemItem)] = true;
  }

  Result<GradeChoice> run() const {
    const auto trials = trials_of_cuts();
    std::vector<Result<std::vector<double>>> found(trials.size());
    for_each_row(trials.size(), thread_count(asked_.threads), 1,
                 [&] { return [&](std::size_t k) { found[k] = ndcg_of(trials[k]); }; });
    std::vector<double> weights;                              // of each judged user of each cut
    std::vector<std::vector<double>> by_kind(kinds_.size());  // their NDCG
    for (std::size_t k = 0; k < trials.size(); ++k) {
      if (!found[k]) return std::unexpected(found[k].error());
      std::ranges::copy(*found[k], std::back_inserter(by_kind[trials[k].kind]));
      if (trials[k].kind == 0) weights.resize(weights.size() + found[k]->size(), trials[k].weight);
    }
    GradeChoice choice{kinds_.front(), {}};
    if (weights.empty()) return choice;
    double best = 0;
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      const double ndcg = weighted_mean(by_kind[k], weights);
      choice.tries.push_back({kinds_[k], ndcg});
      if (ndcg <= best || (k > 0 && !wins(by_kind[k], by_kind[0], weights))) continue;
      best = ndcg;
      choice.kind = kinds_[k];
    }
    return choice;
  }

 private:
  struct Trial {
    const Cut& cut;
    std::size_t kind;  // by place among kinds_
    double weight;     // of each user of the cut
  };

  std::vector<Trial> trials_of_cuts() const {
    std::vector<Trial> trials;
    std::size_t users = 0;
    for (const Cut& cut : cuts_) {
      if (users >= kEnoughUsers) break;
      const std::size_t judged = FittedCut::judged_users_of(cut, asked_);
      if (judged == 0) continue;
      users += judged;
      for (std::size_t kind = 0; kind < kinds_.size(); ++kind)
        trials.push_back({cut, kind, cut.weight});
    }
    return trials;
  }

  // By user, of item–item alone, with the ridge that suits it best. On one thread, beside other
  // trials.
  Result<std::vector<double>> ndcg_of(const Trial& trial) const {
    ModelOptions options = with_grades(asked_, kinds_[trial.kind]);
    options.threads = 1;
    MARQUEE_ASSIGN(const FittedCut fitted, FittedCut::fit(trial.cut, {}, options, parts_, {}));
    std::vector<double> best;
    for (const double factor : kRidgeFactors) {
      MARQUEE_ASSIGN(std::vector<double> ndcg, fitted.judge_alone(Part::kItemItem, factor));
      if (best.empty() || sum_of(ndcg) > sum_of(best)) best = std::move(ndcg);
    }
    return best;
  }

  const ModelOptions& asked_;
  std::vector<Cut> cuts_;
  std::vector<GradeKind> kinds_;
  PartSet parts_{};
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
  if (!item_item || !learns) return GradeChoice{kinds_for(asked).front(), {}};
  MARQUEE_ASSIGN(const InteractionMatrix sample, InteractionMatrix::build(sample_of(matrix), {}));
  const std::size_t cuts =
      std::clamp(kRatingsOfCuts / (sample.rating_count() + 1), kFewestCuts, kMostCuts);
  return GradeTrial(make_cuts(sample, asked.validation, cuts).cuts, asked).run();
}

}  // namespace marquee
