#include "features/features.h"

#include <gmock/gmock.h>

#include <cmath>

namespace marquee {
namespace {

using testing::ElementsAre;

TEST(Features, NoRatingsGiveNoRows) {
  EXPECT_TRUE(user_features({}).empty());
  EXPECT_TRUE(movie_features({}).empty());
}

TEST(Features, SumUpEachUserById) {
  const std::vector<Rating> ratings = {{7, 1, 5, 10}, {2, 1, 3, 30}, {7, 2, 2, 20}};
  EXPECT_THAT(user_features(ratings),
              ElementsAre(UserFeatures{2, 3.0, 1, 0.0, 30}, UserFeatures{7, 3.5, 2, 1.5, 20}));
}

TEST(Features, SumUpEachMovieById) {
  const std::vector<Rating> ratings = {{1, 9, 5, 10}, {2, 9, 4, 30}, {1, 4, 0.5, 20}};
  EXPECT_THAT(movie_features(ratings), ElementsAre(MovieFeatures{4, 0.5, 1, std::log(2.0), 20},
                                                   MovieFeatures{9, 4.5, 2, std::log(3.0), 30}));
}

TEST(Features, TheDeviationIsThatOfThePopulation) {
  const std::vector<Rating> ratings = {{1, 1, 2}, {1, 2, 4}, {1, 3, 4}, {1, 4, 4},
                                       {1, 5, 5}, {1, 6, 5}, {1, 7, 7}, {1, 8, 9}};
  EXPECT_DOUBLE_EQ(user_features(ratings).front().std_dev, 2.0);
}

TEST(Features, AnUnknownTimeYieldsToAKnownOneAndStaysUnknownAlone) {
  const std::vector<Rating> ratings = {{1, 1, 4, -5}, {1, 2, 4}, {2, 1, 4}};
  EXPECT_EQ(user_features(ratings)[0].last_update, -5);
  EXPECT_EQ(user_features(ratings)[1].last_update, kUnknownTime);
  EXPECT_EQ(movie_features(ratings)[1].last_update, kUnknownTime);
}

TEST(Features, EqualRatingsHaveNoDeviationHoweverMany) {
  const std::vector<Rating> ratings(1'000'000, Rating{1, 1, 4.1f, 0});
  EXPECT_EQ(user_features(ratings).front().std_dev, 0.0);
  EXPECT_EQ(user_features(ratings).front().avg_rating, 4.1f);
}

TEST(Features, ASmallSpreadFarFromZeroIsKept) {
  std::vector<Rating> ratings;
  for (int i = 0; i < 100'000; ++i) ratings.push_back({1, i + 1, i % 2 ? 999.75f : 1000.25f, 0});
  EXPECT_NEAR(user_features(ratings).front().std_dev, 0.25, 1e-12);
}

TEST(Features, IdsReachTheEndsOf64Bits) {
  constexpr UserId kLargest = std::numeric_limits<UserId>::max();
  const std::vector<Rating> ratings = {{kLargest, 1, 4, 0}, {1, kLargest, 4, 0}};
  EXPECT_EQ(user_features(ratings).back().user, kLargest);
  EXPECT_EQ(movie_features(ratings).back().movie, kLargest);
}

}  // namespace
}  // namespace marquee
