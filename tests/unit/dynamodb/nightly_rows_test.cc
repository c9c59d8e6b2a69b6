#include "dynamodb/nightly_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace marquee {
namespace {

FeatureSums sums_of(std::initializer_list<double> ratings, TimeMicros time = kUnknownTime) {
  FeatureSums sums;
  for (const double rating : ratings) sums.add(rating, time);
  return sums;
}

RunningRow running(std::int32_t partition, const std::string& writer, std::int64_t last_offset,
                   const FeatureSums& sums) {
  return {7, "events", partition, writer, last_offset, sums};
}

// Rated 4 and 2 (exact: the 2 was replaced by a 5), in partition 0 below offset 10.
NightlyUser night() {
  return {{7, 4.5, 2, 0.5, 100}, 9, 41, 1000, {{"events", 0, 10, sums_of({4, 2, 5}, 100)}}};
}

TEST(NightlyRows, WithoutRunningRowsTheNightIsTheAnswer) {
  const auto current = merged(night(), {});
  EXPECT_EQ(current.features, night().features);
  EXPECT_EQ(current.exact_as_of, 1000);
  EXPECT_EQ(current.events_on_top, 0);
}

TEST(NightlyRows, ARunningRowAddsWhatItHasMoreThanTheNightsTotals) {
  const auto current = merged(night(), {running(0, "w", 12, sums_of({4, 2, 5, 3}, 200))});
  EXPECT_EQ(current.events_on_top, 1);
  EXPECT_EQ(current.features.rating_count, 3);
  EXPECT_DOUBLE_EQ(current.features.avg_rating, (4 + 5 + 3) / 3.0);
  EXPECT_NEAR(current.features.std_dev, std::sqrt(2.0 / 3), 1e-12);
  EXPECT_EQ(current.features.last_update, 200);
}

TEST(NightlyRows, ARowBelowTheNightsOffsetAddsNothing) {
  const auto current = merged(night(), {running(0, "w", 9, sums_of({4, 2, 5}))});
  EXPECT_EQ(current.features, night().features);
}

TEST(NightlyRows, AnotherPartitionCountsWhole) {
  const auto current = merged(night(), {running(1, "w", 0, sums_of({1}))});
  EXPECT_EQ(current.features.rating_count, 3);
  EXPECT_DOUBLE_EQ(current.features.avg_rating, 10.0 / 3);
  EXPECT_EQ(current.features.last_update, 100);
}

TEST(NightlyRows, OfTwoWritersTheFurtherOneCounts) {
  const auto further = running(0, "new", 14, sums_of({4, 2, 5, 3, 1}));
  const auto late = running(0, "old", 12, sums_of({4, 2, 5, 3}));
  EXPECT_EQ(merged(night(), {further, late}), merged(night(), {further}));
  EXPECT_EQ(merged(night(), {late, further}), merged(night(), {further}));
}

TEST(NightlyRows, WithoutANightTheRunningRowsAreTheAnswer) {
  NightlyMovie unseen;
  unseen.features.movie = 7;
  const auto current =
      merged(unseen, {running(0, "w", 1, sums_of({4}, 5)), running(2, "w", 9, sums_of({2}))});
  EXPECT_EQ(current.features.movie, 7);
  EXPECT_EQ(current.features.rating_count, 2);
  EXPECT_DOUBLE_EQ(current.features.avg_rating, 3);
  EXPECT_DOUBLE_EQ(current.features.popularity, std::log(3.0));
  EXPECT_EQ(current.features.last_update, 5);
  EXPECT_EQ(current.exact_as_of, kUnknownTime);
  EXPECT_EQ(current.events_on_top, 2);
}

TEST(NightlyRows, NewestRowsKeepsOneOfEachPlace) {
  const auto a = running(0, "x", 3, sums_of({1}));
  const auto b = running(0, "y", 4, sums_of({2}));
  const auto c = running(1, "x", 1, sums_of({3}));
  EXPECT_THAT(newest_rows({c, a, b}), testing::ElementsAre(b, c));
}

}  // namespace
}  // namespace marquee
