#include "model/user_user.h"

#include <cmath>
#include <numeric>

#include "model/neighbors.h"
#include "model/parallel.h"

namespace marquee {
namespace {

SparseRows rarity_weighted(const InteractionMatrix& matrix, const ModelOptions& options) {
  const SparseRows& ratings = matrix.by_user();
  const auto users = static_cast<float>(matrix.user_count());
  std::vector<float> values;
  values.reserve(ratings.values.size());
  for (std::size_t k = 0; k < ratings.values.size(); ++k) {
    const auto item = static_cast<std::size_t>(ratings.columns[k]);
    const auto raters = static_cast<float>(matrix.item(item).columns.size());
    values.push_back(strength(ratings.values[k], options) * std::log(users / raters));
  }
  return {ratings.offsets, ratings.columns, std::move(values)};
}

SparseRows centred(const InteractionMatrix& matrix) {
  const SparseRows& ratings = matrix.by_user();
  std::vector<float> values;
  values.reserve(ratings.values.size());
  for (std::size_t u = 0; u < matrix.user_count(); ++u) {
    const auto own = matrix.user(u).values;
    const float mean =
        std::accumulate(own.begin(), own.end(), 0.0f) / static_cast<float>(own.size());
    for (const float rating : own) values.push_back(rating - mean);
  }
  return {ratings.offsets, ratings.columns, std::move(values)};
}

}  // namespace

SparseRows fit_user_user(const InteractionMatrix& matrix, const ModelOptions& options) {
  const bool pearson = options.similarity == "pearson";
  const SparseRows rows = pearson ? centred(matrix) : rarity_weighted(matrix, options);
  return find_neighbors(rows, transpose(rows, matrix.item_count()),
                        {.measure = pearson ? Measure::kPearson : Measure::kCosine,
                         .min_common = options.min_common_items,
                         .threshold = options.similarity_threshold,
                         .keep = options.n_neighbors,
                         .threads = thread_count(options.threads)});
}

}  // namespace marquee
