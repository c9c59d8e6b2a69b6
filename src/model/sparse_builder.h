// Building sparse rows out of order and from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/model_data.h"

namespace marquee {

struct SparseEntry {
  std::int32_t column = 0;
  float value = 0;
};

// Keeps the k entries with the greatest key(entry), ties to the lower column, in no particular
// order.
template <typename Key>
void keep_top(std::vector<SparseEntry>& entries, std::size_t k, Key key) {
  if (entries.size() <= k) return;
  const auto before = [&](const SparseEntry& a, const SparseEntry& b) {
    const auto ka = key(a), kb = key(b);
    return ka != kb ? ka > kb : a.column < b.column;
  };
  std::nth_element(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(k), entries.end(),
                   before);
  entries.resize(k);
}

// Joins rows that were filled in any order, entries kept in the order in which they stand.
SparseRows join_rows(std::span<const std::vector<SparseEntry>> rows);

}  // namespace marquee
