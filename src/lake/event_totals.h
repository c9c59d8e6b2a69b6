// Cumulative totals of events, re-ratings counted again: what a running statistic must have come to
// at an offset vector. See docs/formats/lake.md.
#pragma once

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "lake/parquet_reader.h"
#include "lake/parquet_table.h"
#include "lake/rating_rows.h"

namespace marquee::lake {

enum class EntityKind : std::int32_t { kUser = 0, kMovie = 1 };

// Of one user or movie in one partition, over all its events there below the next offset.
struct TotalsRow {
  std::int32_t kind = 0;   // EntityKind
  std::int32_t topic = 0;  // its number, see RatingManifest::topics
  std::int32_t partition = 0;
  std::int64_t id = 0;
  std::int64_t count = 0;
  double sum = 0;
  double square_sum = 0;
  TimeMicros last_update = kUnknownTime;
};

inline auto key_of(const TotalsRow& row) {
  return std::tuple(row.kind, row.id, row.topic, row.partition);
}
TotalsRow combined(const TotalsRow& a, const TotalsRow& b);

// By (kind, id, topic, partition). `events` are sorted by sort_events(), so that sums are added up
// in the same order however they were read. Where ratings are multiples of 1/1024, as half stars
// are, sums are exact; else they agree to the last digits whatever is compacted in how many steps.
std::vector<TotalsRow> totals_of(std::span<const RatingRow> events);

TableLayout totals_layout();
std::vector<Column> columns_of(std::span<const TotalsRow> rows);
Status read_rows(TableReader& part, int group, std::vector<TotalsRow>& rows);

}  // namespace marquee::lake
