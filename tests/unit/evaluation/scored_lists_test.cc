#include "evaluation/scored_lists.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace marquee {
namespace {

TEST(ScoredLists, BestFirstTiesByLowerId) {
  std::vector<Score> scores = {{1, 30, 0.5}, {1, 10, 0.5}, {1, 20, 0.9},
                               {1, 40, -1},  {1, 50, 0.5}, {2, 7, 0}};
  std::mt19937 random(3);
  for (int round = 0; round < 10; ++round) {
    const auto lists = rank_by_score(scores, 4);
    EXPECT_EQ(lists.at(1), (std::vector<MovieId>{20, 10, 30, 50}));
    EXPECT_EQ(lists.at(2), std::vector<MovieId>{7});
    std::ranges::shuffle(scores, random);
  }
  EXPECT_EQ(rank_by_score(scores, 1).at(1), std::vector<MovieId>{20});
  EXPECT_TRUE(rank_by_score({}, 4).empty());
}

}  // namespace
}  // namespace marquee
