#include "model/validation_cuts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "planted_data.h"

namespace marquee {
namespace {

// The planted world with everybody active over the whole time.
std::vector<Rating> spread_in_time(std::vector<Rating> ratings) {
  for (std::size_t k = 0; k < ratings.size(); ++k)
    ratings[k].time = static_cast<TimeMicros>((k * 7919) % ratings.size() + 1) * kMicrosPerSecond;
  return ratings;
}

InteractionMatrix matrix_of(const std::vector<Rating>& ratings) {
  return *InteractionMatrix::build(ratings, {});
}

TEST(ValidationCutsTest, NothingAfterACutInTimeIsInItsPast) {
  const auto ratings = spread_in_time(plant(80, 60, 20).ratings);
  const auto made = make_cuts(matrix_of(ratings), "time", 5);
  EXPECT_EQ(made.kind, "time");
  ASSERT_EQ(made.cuts.size(), 5u);
  TimeMicros before = std::numeric_limits<TimeMicros>::max();
  for (const Cut& cut : made.cuts) {
    const auto newest_past = std::ranges::max(cut.past, {}, &Rating::time).time;
    const auto [first, last] = std::ranges::minmax(cut.later, {}, &Rating::time);
    EXPECT_LT(newest_past, first.time);
    EXPECT_LT(last.time, before) << "later parts do not overlap";
    before = first.time;
  }
  EXPECT_GT(made.cuts[0].weight, made.cuts[1].weight);
}

TEST(ValidationCutsTest, FallsBackToUsersWhereTimesSayNothing) {
  auto ratings = plant(80, 60, 20).ratings;
  for (Rating& rating : ratings) rating.time = kUnknownTime;
  const auto made = make_cuts(matrix_of(ratings), "time", 3);
  EXPECT_EQ(made.kind, "user");
  EXPECT_NE(made.note.find("times of the ratings say nothing"), std::string::npos) << made.note;
}

TEST(ValidationCutsTest, FallsBackWhereNobodyStaysOn) {
  // In the planted world users come one after the other.
  const auto made = make_cuts(matrix_of(plant(80, 60, 20).ratings), "time", 3);
  EXPECT_EQ(made.kind, "user");
  EXPECT_NE(made.note.find("stay on"), std::string::npos) << made.note;
}

TEST(ValidationCutsTest, ATenthOfEachUserAndAnotherInEachCut) {
  const auto ratings = plant(40, 60, 20).ratings;
  const auto made = make_cuts(matrix_of(ratings), "user", 5);
  ASSERT_EQ(made.cuts.size(), 5u);
  std::map<UserId, int> given;
  for (const Rating& rating : ratings) ++given[rating.user];
  std::set<std::pair<UserId, MovieId>> seen;
  for (const Cut& cut : made.cuts) {
    EXPECT_EQ(cut.past.size() + cut.later.size(), ratings.size());
    std::map<UserId, int> held_out;
    for (const Rating& rating : cut.later) {
      ++held_out[rating.user];
      EXPECT_TRUE(seen.emplace(rating.user, rating.movie).second) << "held out twice";
    }
    EXPECT_EQ(held_out.size(), 40u);
    for (const auto& [user, count] : held_out) {
      EXPECT_GE(count, given[user] / 10);
      EXPECT_LE(count, given[user] / 10 + 1);
    }
  }
}

TEST(ValidationCutsTest, NewNamesHoldOutTheSame) {
  auto ratings = plant(40, 60, 20).ratings;
  const auto made = make_cuts(matrix_of(ratings), "user", 1);
  for (Rating& rating : ratings) {
    rating.user = 1000 - rating.user;
    rating.movie = 5000 - rating.movie;
  }
  const auto renamed = make_cuts(matrix_of(ratings), "user", 1);
  std::set<std::pair<UserId, MovieId>> a, b;
  for (const Rating& rating : made.cuts[0].later) a.emplace(rating.user, rating.movie);
  for (const Rating& rating : renamed.cuts[0].later)
    b.emplace(1000 - rating.user, 5000 - rating.movie);
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace marquee
