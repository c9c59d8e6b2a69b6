#include "model/interaction_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace marquee {
namespace {

Status check(std::span<const Rating> ratings) {
  for (std::size_t i = 0; i < ratings.size(); ++i) {
    const Rating& r = ratings[i];
    if (r.user > 0 && r.movie > 0 && std::isfinite(r.value)) continue;
    return fail(
        ErrorCode::kUnfit,
        fmt::format("rating {} by user {} of movie {} is not usable", r.value, r.user, r.movie),
        fmt::format("rating number {}", i + 1), "ids must be positive, ratings finite");
  }
  return {};
}

template <typename T>
void sort_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  const auto tail = std::ranges::unique(values);
  values.erase(tail.begin(), tail.end());
}

std::vector<std::int64_t> user_ids_of(std::span<const Rating> ratings) {
  std::vector<std::int64_t> ids;
  ids.reserve(ratings.size());
  for (const Rating& r : ratings) ids.push_back(r.user);
  sort_unique(ids);
  return ids;
}

std::vector<std::int64_t> item_ids_of(std::span<const Rating> ratings,
                                      std::span<const Movie> catalogue) {
  std::vector<std::int64_t> ids;
  ids.reserve(ratings.size() + catalogue.size());
  for (const Rating& r : ratings) ids.push_back(r.movie);
  for (const Movie& m : catalogue) ids.push_back(m.id);
  sort_unique(ids);
  return ids;
}

// Indices of `ratings` by (user, movie, time, position): the last of each pair is the one that
// counts.
std::vector<std::size_t> order_of(std::span<const Rating> ratings) {
  std::vector<std::size_t> order(ratings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    return std::tuple(ratings[i].user, ratings[i].movie, ratings[i].time, i);
  };
  if (!std::ranges::is_sorted(order, {}, key)) std::ranges::sort(order, {}, key);
  return order;
}

}  // namespace

std::optional<std::int32_t> find_id(std::span<const std::int64_t> ids, std::int64_t id) {
  const auto found = std::ranges::lower_bound(ids, id);
  if (found == ids.end() || *found != id) return std::nullopt;
  return static_cast<std::int32_t>(found - ids.begin());
}

template <typename T>
SparseRowsOf<T> transpose(const SparseRowsOf<T>& rows, std::size_t column_count) {
  std::vector<std::int64_t> offsets(column_count + 1);
  for (const std::int32_t column : rows.columns) ++offsets[static_cast<std::size_t>(column) + 1];
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  std::vector<std::int64_t> next(offsets.begin(), offsets.end() - 1);
  std::vector<std::int32_t> columns(rows.columns.size());
  std::vector<T> values(rows.columns.size());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    const auto row = rows.row(r);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(row.columns[k])]++);
      columns[place] = static_cast<std::int32_t>(r);
      values[place] = row.values[k];
    }
  }
  return {std::move(offsets), std::move(columns), std::move(values)};
}

template SparseRows transpose(const SparseRows&, std::size_t);
template SparseRowsOf<std::int8_t> transpose(const SparseRowsOf<std::int8_t>&, std::size_t);

Result<InteractionMatrix> InteractionMatrix::build(std::span<const Rating> ratings,
                                                   std::span<const Movie> catalogue) {
  MARQUEE_TRY(check(ratings));
  InteractionMatrix matrix;
  matrix.user_ids_ = user_ids_of(ratings);
  matrix.item_ids_ = item_ids_of(ratings, catalogue);
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());
  if (matrix.user_count() > kMost || matrix.item_count() > kMost)
    return fail(ErrorCode::kUnfit, "more than 2147483647 users or movies");

  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  std::vector<TimeMicros> times;
  columns.reserve(ratings.size());
  values.reserve(ratings.size());
  times.reserve(ratings.size());
  const auto order = order_of(ratings);
  for (std::size_t k = 0; k < order.size(); ++k) {
    const Rating& r = ratings[order[k]];
    const Rating* next = k + 1 < order.size() ? &ratings[order[k + 1]] : nullptr;
    if (next != nullptr && next->user == r.user && next->movie == r.movie) continue;
    columns.push_back(*find_id(matrix.item_ids_.span(), r.movie));
    values.push_back(r.value);
    times.push_back(r.time);
    if (next == nullptr || next->user != r.user)
      offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  matrix.rows_ = {std::move(offsets), std::move(columns), std::move(values)};
  matrix.times_ = std::move(times);
  matrix.columns_ = transpose(matrix.rows_, matrix.item_count());
  return matrix;
}

}  // namespace marquee
