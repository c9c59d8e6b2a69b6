#include "model/user_user.h"

#include <cmath>
#include <numeric>

#include "model/neighbors.h"
#include "model/parallel.h"

namespace marquee {
namespace {

SparseRows rarity_weighted(const InteractionMatrix& matrix, const SparseRows& grades) {
  const auto users = static_cast<float>(matrix.user_count());
  std::vector<float> values;
  values.reserve(grades.values.size());
  for (std::size_t k = 0; k < grades.values.size(); ++k) {
    const auto item = static_cast<std::size_t>(grades.columns[k]);
    const auto raters = static_cast<float>(matrix.item(item).columns.size());
    values.push_back(grades.values[k] * std::log(users / raters));
  }
  return {grades.offsets, grades.columns, std::move(values)};
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

SparseRows fit_user_user(const InteractionMatrix& matrix, const Grades& grades,
                         const ModelOptions& options, std::span<const std::uint8_t> wanted) {
  const bool pearson = options.similarity == "pearson";
  const SparseRows rows = pearson ? centred(matrix) : rarity_weighted(matrix, grades.by_user);
  return find_neighbors(rows, transpose(rows, matrix.item_count()),
                        {.measure = pearson ? Measure::kPearson : Measure::kCosine,
                         .min_common = options.min_common_items,
                         .threshold = options.similarity_threshold,
                         .keep = options.n_neighbors,
                         .threads = thread_count(options.threads),
                         .wanted = wanted});
}

}  // namespace marquee
