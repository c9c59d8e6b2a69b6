// What two items have in common: the sums over users of products of grades behind the item–item
// regression. Whole numbers, so that they are exact in any order; that lets a training take over
// the sums of an earlier one and count again only the users whose grades changed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "model/model_data.h"

namespace marquee {

// Grades in levels, -kGradeLevels to kGradeLevels (grades.h).
using LevelRows = SparseRowsOf<std::int8_t>;

// Users with their levels over the items that are paired. Ids ascend; where nothing is taken over
// and nothing kept, users need none.
struct PairedUsers {
  Array<std::int64_t> user_ids;
  Array<std::int64_t> item_ids;
  LevelRows levels;  // users × items

  std::size_t item_count() const { return item_ids.size(); }
};

// What a training leaves for the next: users, and the sums over just these.
struct PairSums {
  PairedUsers users;
  Array<std::int32_t> sums;  // the lower triangle with its diagonal, row after row
};

// How much of the counting was done.
struct PairCount {
  std::size_t users = 0;
  std::size_t users_counted = 0;  // all of them, or those whose rows are not what they were
  double products = 0;            // of counting everybody
  double products_counted = 0;
  double seconds = 0;  // what that took
};

// Told of each row of the lower triangle once, from several threads: sums over users of level(item)
// · level(j) for j from 0 to item, items by place.
using TakePairRow = std::function<void(std::size_t item, std::span<const std::int64_t> sums)>;

// Counts everybody, or, where `earlier` is given and that is less work, takes its sums over, takes
// off the rows of the users who are not what they were, and adds those that they are now. Both ways
// give the same sums. Users and items may have come and gone. Memory: a row of counters a thread,
// and the rows that changed.
PairCount sum_pairs(const PairedUsers& now, const PairSums* earlier, int threads,
                    const TakePairRow& take);

// Collects the rows of a triangle. Thread-safe for different rows.
class PairTriangle {
 public:
  explicit PairTriangle(std::size_t items);
  void take(std::size_t item, std::span<const std::int64_t> sums);
  // Nothing when a sum does not fit into 32 bits, which takes half a million users of one item.
  std::optional<Array<std::int32_t>> finish() &&;

 private:
  std::vector<std::int32_t> sums_;
  std::vector<std::uint8_t> overflowed_;  // by item
};

// Entries in the triangle of so many items.
constexpr std::size_t triangle_size(std::size_t items) {
  return items * (items + 1) / 2;
}

}  // namespace marquee
