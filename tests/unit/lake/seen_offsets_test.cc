#include "lake/seen_offsets.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <vector>

namespace marquee::lake {
namespace {

using Stretches = std::vector<std::pair<std::int64_t, std::int64_t>>;

Stretches gaps_of(std::span<const SeenOffsets* const> sets, std::int64_t begin, std::int64_t end) {
  Stretches gaps;
  SeenOffsets::visit_gaps(sets, begin, end, [&](std::int64_t first, std::int64_t last) {
    gaps.emplace_back(first, last);
  });
  return gaps;
}

RC_GTEST_PROP(SeenOffsetsProperty, IsASetOfNumbers, ()) {
  std::set<std::int64_t> plain;
  SeenOffsets a, b;
  for (int k = 0; k < 200; ++k) {
    // Close together, so that they repeat and touch, on both sides of the ends of pages.
    const std::int64_t offset = *rc::gen::element(0, 65'536, 3 * 65'536) +
                                *rc::gen::inRange(0, 60) + *rc::gen::element(0, 65'500);
    SeenOffsets& set = *rc::gen::arbitrary<bool>() ? a : b;
    RC_ASSERT((a.contains(offset) || b.contains(offset)) == plain.contains(offset));
    const bool was_there = set.contains(offset);
    RC_ASSERT(set.insert(offset) != was_there);
    RC_ASSERT(set.contains(offset));
    plain.insert(offset);
  }
  Stretches expected;
  const std::int64_t begin = *rc::gen::inRange(0, 70'000);
  const std::int64_t end = begin + *rc::gen::inRange(0, 300'000);
  for (std::int64_t k = begin; k < end; ++k) {
    if (plain.contains(k)) continue;
    if (expected.empty() || expected.back().second != k) expected.emplace_back(k, k);
    expected.back().second = k + 1;
  }
  const std::vector<const SeenOffsets*> sets = {&a, &b};
  RC_ASSERT(gaps_of(sets, begin, end) == expected);
}

TEST(SeenOffsets, TheSecondTimeIsTold) {
  SeenOffsets seen;
  EXPECT_TRUE(seen.insert(5));
  EXPECT_FALSE(seen.insert(5));
  EXPECT_TRUE(seen.insert(INT64_MAX));
  EXPECT_EQ(seen.size(), 2);
}

TEST(SeenOffsets, AVastGapIsFoundAtOnce) {
  SeenOffsets seen;
  seen.insert(3);
  const std::vector<const SeenOffsets*> sets = {&seen};
  EXPECT_EQ(gaps_of(sets, 3, INT64_MAX), (Stretches{{4, INT64_MAX}}));
  EXPECT_EQ(gaps_of({}, 1, 4), (Stretches{{1, 4}}));
}

}  // namespace
}  // namespace marquee::lake
