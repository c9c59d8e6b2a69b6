#include "evaluation/split.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace marquee {
namespace {

std::vector<Rating> history(int users, int per_user) {
  std::vector<Rating> ratings;
  for (int u = 1; u <= users; ++u)
    for (int k = 1; k <= per_user; ++k)
      ratings.push_back(
          {u, k * 10 + u, 3.5, (static_cast<TimeMicros>(k) * users + u) * kMicrosPerSecond});
  return ratings;
}

std::set<std::pair<UserId, MovieId>> pairs(const std::vector<Rating>& ratings) {
  std::set<std::pair<UserId, MovieId>> set;
  for (const Rating& rating : ratings) set.emplace(rating.user, rating.movie);
  return set;
}

void expect_partition(const Split& split, const std::vector<Rating>& ratings) {
  auto all = pairs(split.train);
  for (const auto& pair : pairs(split.test))
    EXPECT_TRUE(all.insert(pair).second) << "in both parts";
  EXPECT_EQ(all, pairs(ratings));
}

TEST(Split, ByUserHoldsOutAFifthOfEachUser) {
  const auto ratings = history(7, 11);
  const auto split = split_ratings(ratings, "user", {});
  ASSERT_TRUE(split);
  expect_partition(*split, ratings);
  std::map<UserId, int> held;
  for (const Rating& rating : split->test) ++held[rating.user];
  for (int u = 1; u <= 7; ++u) EXPECT_EQ(held[u], 2);
}

// The order by hex digest, taken from `printf 42:1:11 | sha1sum` and so on.
TEST(Split, TheHashIsThatOfTheDocumentation) {
  const std::vector<Rating> ratings = {
      {1, 11, 4, 1}, {1, 21, 4, 2}, {1, 31, 4, 3}, {1, 41, 4, 4}, {1, 51, 4, 5}};
  const auto split = split_ratings(ratings, "user", {});
  ASSERT_TRUE(split);
  ASSERT_EQ(split->test.size(), 1u);
  EXPECT_EQ(split->test[0].movie, 31);
}

TEST(Split, ByUserLeavesUsersWithFewRatingsWhole) {
  auto ratings = history(3, 10);
  for (MovieId movie = 1; movie <= 4; ++movie) ratings.push_back({99, movie, 4, 1});
  const auto split = split_ratings(ratings, "user", {});
  ASSERT_TRUE(split);
  for (const Rating& rating : split->test) EXPECT_NE(rating.user, 99);
}

TEST(Split, ByTimeNothingInTrainingIsNewerThanTheTest) {
  auto ratings = history(7, 11);
  std::shuffle(ratings.begin(), ratings.end(), std::mt19937(1));
  const auto split = split_ratings(ratings, "time", {});
  ASSERT_TRUE(split);
  EXPECT_EQ(split->kind, SplitKind::kTime);
  EXPECT_EQ(split->test.size(), 15u);
  for (const Rating& late : split->test)
    for (const Rating& early : split->train) EXPECT_LE(early.time, late.time);
}

TEST(Split, ByTimeLeavesOutUsersThatTrainingNeverSaw) {
  auto ratings = history(5, 10);
  ratings.push_back({99, 1, 4, 1'000'000 * kMicrosPerSecond});
  const auto split = split_ratings(ratings, "time", {});
  ASSERT_TRUE(split);
  for (const Rating& rating : split->test) EXPECT_NE(rating.user, 99);
}

TEST(Split, FallsBackToUserWhereTimesSayNothing) {
  auto unknown = history(5, 10), same = unknown;
  for (Rating& rating : unknown) rating.time = kUnknownTime;
  for (Rating& rating : same) rating.time = 77;
  for (const auto& ratings : {unknown, same}) {
    const auto split = split_ratings(ratings, "time", {});
    ASSERT_TRUE(split);
    EXPECT_EQ(split->kind, SplitKind::kUser);
    EXPECT_NE(split->note.find("because"), std::string::npos);
  }
}

TEST(Split, TheOrderOfRatingsChangesNothing) {
  auto ratings = history(6, 12);
  for (const char* validation : {"user", "time"}) {
    const auto before = split_ratings(ratings, validation, {});
    std::shuffle(ratings.begin(), ratings.end(), std::mt19937(2));
    const auto after = split_ratings(ratings, validation, {});
    ASSERT_TRUE(before && after);
    EXPECT_EQ(pairs(before->test), pairs(after->test));
  }
}

TEST(Split, TooLittleIsUnfit) {
  const auto split = split_ratings(history(2, 2), "user", {});
  ASSERT_FALSE(split);
  EXPECT_EQ(split.error().code, ErrorCode::kUnfit);
}

EvaluationOptions with_folds(std::int64_t folds) {
  EvaluationOptions options;
  options.folds = folds;
  return options;
}

TEST(SplitFold, EveryRatingOfAUserIsTestOnce) {
  auto ratings = history(5, 12);
  for (MovieId movie = 1; movie <= 4; ++movie) ratings.push_back({99, movie, 4, 1});
  std::set<std::pair<UserId, MovieId>> tested;
  for (std::int64_t fold = 0; fold < 3; ++fold) {
    const auto split = split_fold(ratings, fold, with_folds(3));
    ASSERT_TRUE(split);
    expect_partition(*split, ratings);
    EXPECT_EQ(split->test.size(), 5u * 4);
    for (const auto& pair : pairs(split->test)) EXPECT_TRUE(tested.insert(pair).second);
  }
  EXPECT_EQ(tested, pairs(history(5, 12))) << "user 99 has too few ratings and is never test";
}

// The order of Split.TheHashIsThatOfTheDocumentation: movie 31 comes last, so it is in the fold of
// the fifth place.
TEST(SplitFold, GoesByTheSameHash) {
  const std::vector<Rating> ratings = {
      {1, 11, 4, 1}, {1, 21, 4, 2}, {1, 31, 4, 3}, {1, 41, 4, 4}, {1, 51, 4, 5}};
  const auto split = split_fold(ratings, 4, with_folds(5));
  ASSERT_TRUE(split);
  ASSERT_EQ(split->test.size(), 1u);
  EXPECT_EQ(split->test[0].movie, 31);
}

TEST(SplitFold, UsersWithFewerRatingsThanFoldsAreNeverTest) {
  EXPECT_TRUE(split_fold(history(3, 8), 0, with_folds(8)));
  const auto split = split_fold(history(3, 8), 0, with_folds(9));
  ASSERT_FALSE(split);
  EXPECT_EQ(split.error().code, ErrorCode::kUnfit);
}

}  // namespace
}  // namespace marquee
