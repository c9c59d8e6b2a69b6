#include "model/sparse_builder.h"

namespace marquee {

SparseRows join_rows(std::span<const std::vector<SparseEntry>> rows) {
  std::vector<std::int64_t> offsets{0};
  offsets.reserve(rows.size() + 1);
  for (const auto& row : rows)
    offsets.push_back(offsets.back() + static_cast<std::int64_t>(row.size()));
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  columns.reserve(static_cast<std::size_t>(offsets.back()));
  values.reserve(static_cast<std::size_t>(offsets.back()));
  for (const auto& row : rows) {
    for (const SparseEntry& entry : row) {
      columns.push_back(entry.column);
      values.push_back(entry.value);
    }
  }
  return {std::move(offsets), std::move(columns), std::move(values)};
}

}  // namespace marquee
