#include "evaluation/comparison.h"

#include <numeric>
#include <utility>
#include <vector>

namespace marquee {
namespace {

constexpr std::size_t kAt10 = 1;

using Pair = std::pair<const UserOutcome*, const UserOutcome*>;

std::vector<Pair> pair_by_user(std::span<const UserOutcome> first,
                               std::span<const UserOutcome> second) {
  std::vector<Pair> pairs;
  auto other = second.begin();
  for (const UserOutcome& outcome : first) {
    while (other != second.end() && other->user < outcome.user) ++other;
    if (other != second.end() && other->user == outcome.user) pairs.emplace_back(&outcome, &*other);
  }
  return pairs;
}

double mean_ndcg_of_second(const std::vector<Pair>& pairs) {
  constexpr auto kNdcg = static_cast<std::size_t>(Metric::kNdcg);
  double sum = 0;
  for (const auto& [first, second] : pairs) sum += second->figures[kNdcg][kAt10];
  return pairs.empty() ? 0 : sum / static_cast<double>(pairs.size());
}

}  // namespace

std::string_view name_of(Effect effect) {
  switch (effect) {
    case Effect::kBetter:
      return "better";
    case Effect::kWorse:
      return "worse";
    case Effect::kNone:
      return "no difference that matters";
    case Effect::kUndecided:
      return "undecided";
  }
  return "";
}

Effect effect_of(const Interval& difference, double floor) {
  if (difference.low > 0 && difference.mean >= floor) return Effect::kBetter;
  if (difference.high < 0 && difference.mean <= -floor) return Effect::kWorse;
  if (difference.low >= -floor && difference.high <= floor) return Effect::kNone;
  return Effect::kUndecided;
}

Comparison compare(std::span<const UserOutcome> first, std::span<const UserOutcome> second,
                   const EvaluationOptions& options) {
  const auto pairs = pair_by_user(first, second);
  Comparison comparison;
  comparison.users = pairs.size();
  if (pairs.empty()) return comparison;
  std::vector<double> values(pairs.size());
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    for (std::size_t k = 0; k < pairs.size(); ++k)
      values[k] = pairs[k].first->figures[m][kAt10] - pairs[k].second->figures[m][kAt10];
    comparison.differences[m] =
        bootstrap_mean(values, options.bootstrap_samples, static_cast<std::uint64_t>(options.seed));
  }
  comparison.floor = options.min_effect * mean_ndcg_of_second(pairs);
  comparison.effect = effect_of(comparison.ndcg(), comparison.floor);
  return comparison;
}

}  // namespace marquee
