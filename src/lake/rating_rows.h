// A row of silver/ratings: the rating that counts for a (user, movie) pair, and where it came from.
#pragma once

#include <span>
#include <tuple>
#include <vector>

#include "core/rating.h"
#include "lake/parquet_reader.h"
#include "lake/parquet_table.h"

namespace marquee::lake {

struct RatingRow {
  UserId user = 0;
  MovieId movie = 0;
  TimeMicros time = kUnknownTime;
  std::int64_t offset = 0;
  float value = 0;
  std::int32_t topic =
      0;  // its number among the topics of the offsets: ascends in the contract's order
  std::int32_t partition = 0;

  Rating rating() const { return {user, movie, value, time}; }
};

inline auto key_of(const RatingRow& row) {
  return std::tuple(row.user, row.movie);
}
// The contract's total order of events.
inline auto order_of(const RatingRow& row) {
  return std::tuple(row.time, row.topic, row.partition, row.offset);
}
inline const RatingRow& combined(const RatingRow& a, const RatingRow& b) {
  return order_of(a) < order_of(b) ? b : a;
}

// By (user, movie) and then by the contract's order. On up to `threads` threads.
void sort_events(std::vector<RatingRow>& rows, int threads);
// Leaves the last of each (user, movie) pair; `rows` are sorted.
void keep_latest(std::vector<RatingRow>& rows);

TableLayout rating_layout();
std::vector<Column> columns_of(std::span<const RatingRow> rows);
Status read_rows(TableReader& part, int group, std::vector<RatingRow>& rows);
// The columns that a Rating has, without provenance: appends to `ratings` from `at` on, which must
// be long enough.
Status read_ratings(TableReader& part, int group, std::span<Rating> ratings);

}  // namespace marquee::lake
