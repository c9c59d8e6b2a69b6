#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/dataset.h"

namespace marquee {
namespace {

using testing::ElementsAre;

TEST(LatestRatings, TheGreatestTimeThenTheLastLineWins) {
  const std::vector<FileRating> ratings = {
      {{1, 1, 1, 100}, 2}, {{1, 1, 2, 300}, 3},          {{1, 1, 3, 200}, 4},  // by time
      {{1, 2, 4, 100}, 6}, {{1, 2, 5, 100}, 5},                                // by line
      {{1, 3, 1, 5}, 7},   {{1, 3, 2, kUnknownTime}, 8},  // known beats unknown
  };
  EXPECT_THAT(latest_ratings(ratings),
              ElementsAre(Rating{1, 1, 2, 300}, Rating{1, 2, 4, 100}, Rating{1, 3, 1, 5}));
}

TEST(LatestRatings, AreOrderedByUserAndMovie) {
  const std::vector<FileRating> ratings = {{{2, 1, 1, 1}, 1}, {{1, 2, 2, 1}, 2}, {{1, 1, 3, 1}, 3}};
  EXPECT_THAT(latest_ratings(ratings),
              ElementsAre(Rating{1, 1, 3, 1}, Rating{1, 2, 2, 1}, Rating{2, 1, 1, 1}));
}

TEST(LatestRatings, OfNothingAreNone) {
  EXPECT_TRUE(latest_ratings({}).empty());
}

}  // namespace
}  // namespace marquee
