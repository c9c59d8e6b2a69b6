#include "model/user_user.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "model/parallel.h"
#include "model/signatures.h"

namespace marquee {
namespace {

bool is_pearson(const ModelOptions& options) {
  return options.similarity == "pearson";
}

// Over one movie or two every correlation is 0, 1 or -1.
std::int64_t min_common(const ModelOptions& options) {
  constexpr std::int64_t kFewestOfPearson = 3;
  return is_pearson(options) ? std::max(options.min_common_items, kFewestOfPearson)
                             : options.min_common_items;
}

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

// 0 for those who have too little for anybody's neighbour.
std::vector<std::uint64_t> lots_of(const SparseRows& ratings, const ModelOptions& options) {
  std::vector<std::uint64_t> lots(ratings.rows());
  const std::int64_t fewest = min_common(options);
  for (std::size_t u = 0; u < lots.size(); ++u) {
    const auto own = ratings.row(u).values;
    if (std::ssize(own) < fewest) continue;
    for (const float value : own) lots[u] += mixed(std::bit_cast<std::uint32_t>(value));
    lots[u] = mixed(lots[u]);
  }
  return lots;
}

// The rows of users who may be neighbours; the others' are empty.
SparseRows candidates_of(const SparseRows& rows, const SparseRows& ratings,
                         const ModelOptions& options) {
  const auto most = static_cast<std::size_t>(options.compared_users);
  if (most == 0 || rows.rows() <= most) return rows;
  const std::vector<std::uint64_t> lots = lots_of(ratings, options);
  std::vector<std::uint64_t> drawn = lots;
  std::erase(drawn, 0U);
  if (drawn.size() <= most) return rows;
  const auto last = drawn.begin() + static_cast<std::ptrdiff_t>(most - 1);
  std::ranges::nth_element(drawn, last);
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (std::size_t u = 0; u < rows.rows(); ++u) {
    if (lots[u] != 0 && lots[u] <= *last) {
      const auto own = rows.row(u);
      columns.insert(columns.end(), own.columns.begin(), own.columns.end());
      values.insert(values.end(), own.values.begin(), own.values.end());
    }
    offsets.push_back(std::ssize(columns));
  }
  return {std::move(offsets), std::move(columns), std::move(values)};
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
          .min_common = min_common(options),
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
  const SparseRows candidates = candidates_of(rows, matrix.by_user(), options);
  return find_neighbors(rows, transpose(candidates, matrix.item_count()), search);
}

double compared_share(std::size_t users, const ModelOptions& options) {
  if (options.compared_users == 0) return 1;
  return std::min(1.0, static_cast<double>(options.compared_users) / static_cast<double>(users));
}

UserComparison::UserComparison(const SparseRows& ratings, const SparseRows& grades,
                               std::size_t items, const ModelOptions& options)
    : options_(neighbor_options(options)), rarity_(rarity_of(ratings, items)) {
  const SparseRows rows = compared_rows(ratings, grades, rarity_, options);
  columns_ = transpose(candidates_of(rows, ratings, options), items);
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
