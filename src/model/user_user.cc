#include "model/user_user.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/parallel.h"

namespace marquee {
namespace {

// log(users / raters) of each item.
std::vector<float> rarity_of(const SparseRows& ratings, std::size_t items) {
  std::vector<float> rarity(items);
  for (const std::int32_t item : ratings.columns) ++rarity[static_cast<std::size_t>(item)];
  const auto users = static_cast<float>(ratings.rows());
  for (float& x : rarity) x = std::log(users / std::max(1.0f, x));
  return rarity;
}

void append_rarity_weighted(std::span<const std::int32_t> items, std::span<const float> grades,
                            std::span<const float> rarity, std::vector<float>& values) {
  for (std::size_t k = 0; k < items.size(); ++k)
    values.push_back(grades[k] * rarity[static_cast<std::size_t>(items[k])]);
}

void append_centred(std::span<const float> own, std::vector<float>& values) {
  const float mean = std::accumulate(own.begin(), own.end(), 0.0f) / static_cast<float>(own.size());
  for (const float rating : own) values.push_back(rating - mean);
}

bool is_pearson(const ModelOptions& options) {
  return options.similarity == "pearson";
}

// What is compared: deviations from the mean, or grades weighted by rarity.
SparseRows compared_rows(const SparseRows& ratings, const SparseRows& grades,
                         std::span<const float> rarity, const ModelOptions& options) {
  std::vector<float> values;
  values.reserve(ratings.values.size());
  for (std::size_t u = 0; u < ratings.rows(); ++u) {
    const auto own = ratings.row(u);
    if (is_pearson(options))
      append_centred(own.values, values);
    else
      append_rarity_weighted(own.columns, grades.row(u).values, rarity, values);
  }
  return {ratings.offsets, ratings.columns, std::move(values)};
}

NeighborOptions neighbor_options(const ModelOptions& options) {
  return {.measure = is_pearson(options) ? Measure::kPearson : Measure::kCosine,
          .min_common = options.min_common_items,
          .threshold = options.similarity_threshold,
          .keep = options.n_neighbors,
          .threads = thread_count(options.threads)};
}

}  // namespace

SparseRows fit_user_user(const InteractionMatrix& matrix, const Grades& grades,
                         const ModelOptions& options, std::span<const std::uint8_t> wanted) {
  const auto rarity = rarity_of(matrix.by_user(), matrix.item_count());
  const SparseRows rows = compared_rows(matrix.by_user(), grades.by_user, rarity, options);
  NeighborOptions search = neighbor_options(options);
  search.wanted = wanted;
  return find_neighbors(rows, transpose(rows, matrix.item_count()), search);
}

UserComparison::UserComparison(const SparseRows& ratings, const SparseRows& grades,
                               std::size_t items, const ModelOptions& options)
    : options_(neighbor_options(options)), rarity_(rarity_of(ratings, items)) {
  const SparseRows rows = compared_rows(ratings, grades, rarity_, options);
  columns_ = transpose(rows, items);
  norms_ = norms_of(rows);
}

std::vector<SparseEntry> UserComparison::neighbors_of(SparseRows::Row ratings,
                                                      std::span<const float> grades,
                                                      std::optional<std::size_t> self) const {
  std::vector<float> values;
  if (options_.measure == Measure::kPearson)
    append_centred(ratings.values, values);
  else
    append_rarity_weighted(ratings.columns, grades, rarity_, values);
  return NeighborSearch(columns_, norms_, options_).find({ratings.columns, values}, self);
}

}  // namespace marquee
