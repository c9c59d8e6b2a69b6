#include "model/ridge_choice.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace marquee {
namespace {

constexpr double kTolerance = 0.01;
// With five fits of all parts behind them and factor 1 for nothing, what 15 fits pay for.
constexpr std::size_t kMostTries = 5;

std::array<double, kFirstRidges> first_factors(Part part) {
  return part == Part::kItemItem ? std::array{0.5, 1.0, 2.0} : std::array{0.6, 1.0, 1.6};
}

// Fills in what each try reaches over all cuts.
Status judge(std::span<const std::optional<FittedCut>> cuts, const RunFits& run,
             std::span<RidgeTry> tries) {
  std::vector<double> sums(tries.size() * cuts.size());
  MARQUEE_TRY(run(sums.size(), [&](std::size_t k) -> Status {
    const RidgeTry& one = tries[k / cuts.size()];
    const FittedCut& cut = *cuts[k % cuts.size()];
    MARQUEE_ASSIGN(const std::vector<double> ndcg, cut.judge_alone(one.part, one.factor));
    sums[k] = cut.weight() * std::accumulate(ndcg.begin(), ndcg.end(), 0.0);
    return {};
  }));
  double users = 0;
  for (const auto& cut : cuts) users += cut->weight() * static_cast<double>(cut->judged_users());
  for (std::size_t k = 0; k < sums.size() && users > 0; ++k)
    tries[k / cuts.size()].ndcg += sums[k] / users;
  return {};
}

// `tries` by growing factor.
RidgeTry weakest_of_the_best(std::span<const RidgeTry> tries) {
  const auto best = std::ranges::max_element(tries, {}, &RidgeTry::ndcg);
  return *std::ranges::find_if(
      tries, [&](const RidgeTry& one) { return one.ndcg >= (1 - kTolerance) * best->ndcg; });
}

}  // namespace

Result<std::vector<RidgeChoice>> choose_ridges(std::span<const std::optional<FittedCut>> cuts,
                                               std::span<const Part> parts, const RunFits& run) {
  std::vector<RidgeTry> first;
  for (const Part part : parts)
    for (const double factor : first_factors(part)) first.push_back({part, factor});
  MARQUEE_TRY(judge(cuts, run, first));
  std::vector<RidgeChoice> choices;
  for (std::span<const RidgeTry> rest = first; !rest.empty(); rest = rest.subspan(kFirstRidges)) {
    RidgeChoice& choice = choices.emplace_back();
    choice.tries.assign(rest.begin(), rest.begin() + kFirstRidges);
    RidgeTry best = weakest_of_the_best(choice.tries);
    const double weakest = rest[0].factor, step = rest[0].factor / rest[1].factor;
    while (best.factor <= weakest && choice.tries.size() < kMostTries) {
      RidgeTry weaker{best.part, best.factor * step};
      MARQUEE_TRY(judge(cuts, run, std::span(&weaker, 1)));
      choice.tries.push_back(weaker);
      if ((1 - kTolerance) * weaker.ndcg <= best.ndcg) break;
      best = weaker;
    }
    choice.factor = best.factor;
  }
  return choices;
}

}  // namespace marquee
