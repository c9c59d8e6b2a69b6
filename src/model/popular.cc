#include "model/popular.h"

#include <algorithm>
#include <numeric>

namespace marquee {

PopularList rank_popular(const InteractionMatrix& matrix, const ModelOptions& options) {
  const auto& all = matrix.by_user().values;
  const double total = std::accumulate(all.begin(), all.end(), 0.0);
  const double mean = all.empty() ? 0 : total / static_cast<double>(all.size());
  const double prior = options.popular_prior;
  std::vector<float> average(matrix.item_count());
  for (std::size_t i = 0; i < matrix.item_count(); ++i) {
    const auto values = matrix.item(i).values;
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    const double weight = prior + static_cast<double>(values.size());
    average[i] = static_cast<float>(weight > 0 ? (prior * mean + sum) / weight : mean);
  }
  std::vector<std::int32_t> order(matrix.item_count());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::int32_t i) { return average[static_cast<std::size_t>(i)]; });
  std::vector<float> scores;
  scores.reserve(order.size());
  for (const std::int32_t i : order) scores.push_back(average[static_cast<std::size_t>(i)]);
  return {std::move(order), std::move(scores)};
}

}  // namespace marquee
