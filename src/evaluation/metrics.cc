#include "evaluation/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace marquee {
namespace {

constexpr auto index_of(Metric metric) {
  return static_cast<std::size_t>(metric);
}

double discount(std::size_t place) {
  return 1 / std::log2(static_cast<double>(place) + 2);
}

double ideal_gain(std::size_t count) {
  double gain = 0;
  for (std::size_t place = 0; place < count; ++place) gain += discount(place);
  return gain;
}

}  // namespace

std::string_view name_of(Metric metric) {
  switch (metric) {
    case Metric::kPrecision:
      return "precision";
    case Metric::kRecall:
      return "recall";
    case Metric::kF1:
      return "f1";
    case Metric::kNdcg:
      return "ndcg";
    case Metric::kHitRate:
      return "hit_rate";
    case Metric::kMap:
      return "map";
    case Metric::kMrr:
      return "mrr";
  }
  return "";
}

Figures judge(std::span<const MovieId> list, std::span<const MovieId> relevant) {
  Figures figures{};
  for (std::size_t c = 0; c < kCutoffs.size(); ++c) {
    const auto k = static_cast<std::size_t>(kCutoffs[c]);
    double hits = 0, gain = 0, precisions = 0, first = 0;
    for (std::size_t place = 0; place < std::min(k, list.size()); ++place) {
      if (!std::ranges::binary_search(relevant, list[place])) continue;
      hits += 1;
      precisions += hits / static_cast<double>(place + 1);
      if (first == 0) first = 1 / static_cast<double>(place + 1);
      gain += discount(place);
    }
    const double precision = hits / static_cast<double>(k);
    const double recall = hits / static_cast<double>(relevant.size());
    figures[index_of(Metric::kPrecision)][c] = precision;
    figures[index_of(Metric::kRecall)][c] = recall;
    figures[index_of(Metric::kF1)][c] =
        hits > 0 ? 2 * precision * recall / (precision + recall) : 0;
    figures[index_of(Metric::kNdcg)][c] = gain / ideal_gain(std::min(k, relevant.size()));
    figures[index_of(Metric::kHitRate)][c] = hits > 0 ? 1 : 0;
    figures[index_of(Metric::kMap)][c] =
        precisions / static_cast<double>(std::min(k, relevant.size()));
    figures[index_of(Metric::kMrr)][c] = first;
  }
  return figures;
}

std::vector<UserOutcome> judge_users(std::span<const Rating> test, double relevant_rating,
                                     const ListOf& list_of) {
  std::map<UserId, std::vector<MovieId>> relevant;
  for (const Rating& rating : test)
    if (rating.value >= relevant_rating) relevant[rating.user].push_back(rating.movie);
  std::vector<UserOutcome> outcomes;
  outcomes.reserve(relevant.size());
  for (auto& [user, movies] : relevant) {
    std::ranges::sort(movies);
    outcomes.push_back({user, judge(list_of(user), movies)});
  }
  return outcomes;
}

Figures mean(std::span<const UserOutcome> outcomes) {
  Figures sum{};
  for (const UserOutcome& outcome : outcomes)
    for (std::size_t m = 0; m < kMetricCount; ++m)
      for (std::size_t c = 0; c < kCutoffs.size(); ++c) sum[m][c] += outcome.figures[m][c];
  if (outcomes.empty()) return sum;
  for (auto& row : sum)
    for (double& figure : row) figure /= static_cast<double>(outcomes.size());
  return sum;
}

}  // namespace marquee
