#include "model/grades.h"

#include <gtest/gtest.h>

#include <cmath>

#include "model/rating_times.h"
#include "model/recent_popularity.h"

namespace marquee {
namespace {

constexpr TimeMicros kDay = 86'400 * kMicrosPerSecond;

InteractionMatrix matrix_of(std::vector<Rating> ratings) {
  return *InteractionMatrix::build(ratings, {});
}

TEST(GradesTest, RiseWithTheRatingAroundTheUsersOwnMean) {
  const auto matrix = matrix_of(
      {{1, 1, 1, 0}, {1, 2, 2, 0}, {1, 3, 3, 0}, {2, 1, 3, 0}, {2, 2, 4, 0}, {2, 3, 5, 0}});
  const Grades grades = grade(matrix, {});
  const auto harsh = grades.by_user.row(0).values, mild = grades.by_user.row(1).values;
  EXPECT_LT(harsh[0], harsh[1]);
  EXPECT_LT(harsh[1], harsh[2]);
  EXPECT_GT(harsh[2], mild[0]) << "the best of a harsh user is worth more than the worst of a mild";
  for (const float value : grades.by_user.values) {
    EXPECT_GT(value, 0);
    EXPECT_LT(value, 1);
  }
}

TEST(GradesTest, AnyScaleOfRatingsGivesTheSame) {
  std::vector<Rating> stars, points;
  for (int k = 0; k < 60; ++k) {
    const float value = static_cast<float>(1 + (k * 7) % 5);
    stars.push_back({1 + k % 6, 1 + k / 6, value, 0});
    points.push_back({1 + k % 6, 1 + k / 6, 20 * value - 10, 0});
  }
  const Grades a = grade(matrix_of(stars), {}), b = grade(matrix_of(points), {});
  for (std::size_t k = 0; k < a.by_user.values.size(); ++k)
    EXPECT_NEAR(a.by_user.values[k], b.by_user.values[k], 1e-6);
}

TEST(GradesTest, AreWholeNumbersOfLevels) {
  ModelOptions options;
  options.liked_strength = 0.7;
  options.other_strength = 0.1;
  const double unit = grade_unit(options);
  std::vector<Rating> ratings;
  for (int k = 0; k < 200; ++k)
    ratings.push_back({1 + k % 11, 1 + k / 11, static_cast<float>(1 + (k * 7) % 10) / 2, 0});
  for (const float value : grade(matrix_of(ratings), options).by_user.values) {
    EXPECT_EQ(value, static_cast<float>(unit * std::round(value / unit)));
    EXPECT_GE(value, 0.1 - unit);
    EXPECT_LE(value, 0.7);
  }
}

TEST(GradesTest, BadRatingsMayCountAgainstAMovie) {
  ModelOptions options;
  options.other_strength = -1;
  std::vector<Rating> ratings;
  for (int k = 0; k < 500; ++k)
    ratings.push_back({1 + k % 10, 1 + k / 10, static_cast<float>(1 + (k / 10 + k % 10) % 5), 0});
  const auto matrix = matrix_of(ratings);
  const Grades grades = grade(matrix, options);
  const auto values = matrix.user(0).values, own = grades.by_user.row(0).values;
  for (std::size_t k = 0; k < own.size(); ++k) {
    EXPECT_NE(own[k], 0);
    const float sign = values[k] < 3 ? -1 : 1;
    if (values[k] == 3) {
      EXPECT_NEAR(own[k], 0, 0.02) << "a rating at the mean says little";
    } else {
      EXPECT_GT(sign * own[k], std::abs(values[k] - 3) == 2 ? 0.8 : 0.5);
    }
  }
  for (const float value :
       recent_popularity(matrix, grades, RatingTimes(matrix.times().span()), {}, options))
    EXPECT_GE(value, 0) << "likes alone make a movie popular";
}

TEST(GradesTest, RatingsThatAreAllTheSameAreAllLikes) {
  for (const float value :
       grade(matrix_of({{1, 1, 1, 0}, {1, 2, 1, 0}, {2, 1, 1, 0}}), {}).by_user.values)
    EXPECT_EQ(value, 1.0F);
}

TEST(GradesTest, TheWorstRatingStillCounts) {
  std::vector<Rating> ratings = {{1, 1, 0.5, 0}};
  for (int movie = 2; movie < 100; ++movie) ratings.push_back({1, movie, 5, 0});
  EXPECT_EQ(grade(matrix_of(ratings), {}).by_user.values[0], 1.0F / kGradeLevels);
}

TEST(GradesTest, ADaysRatingsLeaveThoseOfOthersAsTheyWere) {
  std::vector<Rating> ratings;
  for (int k = 0; k < 2000; ++k)
    ratings.push_back({1 + k % 40, 1 + k / 40, static_cast<float>(1 + (k * 7) % 5), 0});
  const Grades before = grade(matrix_of(ratings), {});
  for (int k = 0; k < 20; ++k) ratings.push_back({41, 1 + k, 5, 0});
  const Grades after = grade(matrix_of(ratings), {});
  ASSERT_EQ(after.by_user.rows(), 41U);
  EXPECT_TRUE(std::equal(before.by_user.values.begin(), before.by_user.values.end(),
                         after.by_user.values.begin()));
}

TEST(GradesTest, WithoutASlopeThereIsAStep) {
  ModelOptions options;
  options.grade_slope = 0;
  options.other_strength = 0.25;
  const Grades grades = grade(matrix_of({{1, 1, 3, 0}, {1, 2, 3.5, 0}}), options);
  EXPECT_EQ(grades.by_user.values[0], 0.25F);
  EXPECT_EQ(grades.by_user.values[1], 1.0F);
}

TEST(GradesTest, InterestHalvesWithTheAgeOfTheRating) {
  const auto matrix = matrix_of({{1, 1, 4, 10 * kDay}, {1, 2, 4, 0}, {1, 3, 4, kUnknownTime}});
  const Grades grades = grade(matrix, {});
  const auto interest = interest_of(matrix, grades, 10);
  EXPECT_FLOAT_EQ(interest[0], grades.by_user.values[0]);
  EXPECT_FLOAT_EQ(interest[1], grades.by_user.values[1] / 2);
  EXPECT_FLOAT_EQ(interest[2], grades.by_user.values[2] / 2) << "no time: as the oldest";
  EXPECT_TRUE(std::ranges::equal(interest_of(matrix, grades, kNoDecay), grades.by_user.values));
}

TEST(RatingTimesTest, AFewWrongClocksDoNotMoveTheEnd) {
  std::vector<TimeMicros> times;
  for (int day = 0; day < 2000; ++day) times.push_back(day * kDay);
  times.push_back(1'000'000 * kDay);
  const RatingTimes read(times);
  EXPECT_LT(read.end(), 2000 * kDay);
  EXPECT_NEAR(read.age_of_newest(0.1), 200, 3);
}

TEST(RatingTimesTest, SaysWhenTimesTellNothing) {
  EXPECT_FALSE(RatingTimes(std::vector<TimeMicros>{}).tell_anything());
  EXPECT_FALSE(RatingTimes(std::vector<TimeMicros>{5, 5, 5}).tell_anything());
  EXPECT_FALSE(RatingTimes(std::vector<TimeMicros>{1, 2, kUnknownTime, kUnknownTime, kUnknownTime})
                   .tell_anything());
  EXPECT_TRUE(RatingTimes(std::vector<TimeMicros>{1, 2, kUnknownTime}).tell_anything());
}

class RecentPopularityTest : public testing::Test {
 protected:
  // Twenty users with ten ratings each: movies 1 to 10 long ago; the last five users have watched
  // movies 11 to 20 lately instead.
  static std::vector<Rating> ratings() {
    std::vector<Rating> made;
    for (int user = 1; user <= 20; ++user)
      for (int movie = 1; movie <= 10; ++movie)
        made.push_back({user, user > 15 ? movie + 10 : movie, 4, user > 15 ? 100 * kDay : movie});
    return made;
  }
  static Array<float> popularity(const std::vector<Rating>& made, double half_life,
                                 double trend = 0) {
    const auto matrix = matrix_of(made);
    return recent_popularity(matrix, grade(matrix, {}), RatingTimes(matrix.times().span()),
                             {half_life, trend}, {});
  }
};

TEST_F(RecentPopularityTest, RecentInterestWinsWhereThingsAgeAndNumbersWhereTheyDoNot) {
  const auto aging = popularity(ratings(), 7), lasting = popularity(ratings(), kNoDecay);
  EXPECT_GT(aging[10], aging[0]);
  EXPECT_LT(lasting[10], lasting[0]);
}

TEST_F(RecentPopularityTest, ATrendSetsWhatIsNewBeforeWhatWasAlwaysThere) {
  auto made = ratings();
  for (int user = 16; user <= 20; ++user) made.push_back({user, 1, 4, 100 * kDay});
  const auto level = popularity(made, 7), trend = popularity(made, 7, 0.5);
  EXPECT_GT(level[0], level[10]) << "as many watch it lately, and many did before";
  EXPECT_LT(trend[0], trend[10]);
}

TEST_F(RecentPopularityTest, WithoutTimesNumbersDecide) {
  auto made = ratings();
  for (Rating& rating : made) rating.time = kUnknownTime;
  const auto found = popularity(made, 7);
  EXPECT_GT(found[0], found[10]);
}

TEST_F(RecentPopularityTest, WhatManyRatedAndFewLikedIsNotPopular) {
  std::vector<Rating> made;
  for (int user = 1; user <= 20; ++user) {
    made.push_back({user, 1, 1, user});
    if (user <= 15) made.push_back({user, 2, 5, user});
  }
  const auto found = popularity(made, kNoDecay);
  EXPECT_GT(found[1], found[0]);
}

TEST_F(RecentPopularityTest, OneUserCountsAtMostTheCap) {
  auto made = ratings();
  for (int movie = 100; movie < 1100; ++movie) made.push_back({99, movie, 5, 100 * kDay});
  double of_one = 0, with_cap = ModelOptions{}.popularity_user_cap;
  const auto found = popularity(made, 7);
  for (std::size_t i = 20; i < found.size(); ++i) of_one += std::expm1(found[i]);
  EXPECT_LE(of_one, 1.1 * with_cap);
}

TEST_F(RecentPopularityTest, NewAccountsCountLess) {
  auto made = ratings();
  for (int fake = 0; fake < 10; ++fake) made.push_back({1000 + fake, 50, 5, 100 * kDay});
  const auto found = popularity(made, 7);
  EXPECT_LT(found.span().back(), found[10]) << "ten accounts of one rating against five of ten";
}

}  // namespace
}  // namespace marquee
