#include "evaluation/folds.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

constexpr auto kNdcg = static_cast<std::size_t>(Metric::kNdcg);

Evaluation fold(std::vector<std::pair<UserId, double>> users, double coverage) {
  Evaluation evaluation;
  for (const auto& [user, ndcg] : users) {
    evaluation.outcomes.push_back({user, {}});
    evaluation.outcomes.back().figures[kNdcg][1] = ndcg;
  }
  evaluation.lists.coverage = coverage;
  return evaluation;
}

// User 1: 0.2 and 0.6; user 2: 0.5 in the first fold alone; user 3: 0.1 in the second.
TEST(Folds, AUserCountsOnceHoweverOftenJudged) {
  const std::vector<Evaluation> folds = {fold({{1, 0.2}, {2, 0.5}}, 0.3),
                                         fold({{1, 0.6}, {3, 0.1}}, 0.5)};
  const Evaluation merged = merge_folds(folds, {});
  ASSERT_EQ(merged.outcomes.size(), 3u);
  EXPECT_NEAR(merged.outcomes[0].figures[kNdcg][1], 0.4, 1e-15);
  EXPECT_NEAR(merged.figures[kNdcg][1].mean, (0.4 + 0.5 + 0.1) / 3, 1e-15);
  EXPECT_NEAR(merged.lists.coverage, 0.4, 1e-15);
}

TEST(Folds, SegmentsAddUp) {
  std::vector<Evaluation> folds(2);
  folds[0].segments.by_activity[1] = {.users = 10, .most_ratings = 7, .ndcg_at_10 = 0.3};
  folds[1].segments.by_activity[1] = {.users = 30, .most_ratings = 6, .ndcg_at_10 = 0.1};
  folds[0].segments.by_popularity[2] = {.movies = 4, .liked = 6, .recall_at_20 = 0.5};
  folds[1].segments.by_popularity[2] = {.movies = 6, .liked = 2, .recall_at_20 = 0.1};
  const Segments merged = merge_folds(folds, {}).segments;
  EXPECT_EQ(merged.by_activity[1].users, 40u);
  EXPECT_EQ(merged.by_activity[1].most_ratings, 7);
  EXPECT_NEAR(merged.by_activity[1].ndcg_at_10, 0.15, 1e-15);
  EXPECT_EQ(merged.by_popularity[2].movies, 5u);
  EXPECT_EQ(merged.by_popularity[2].liked, 8u);
  EXPECT_NEAR(merged.by_popularity[2].recall_at_20, 0.4, 1e-15);
  EXPECT_EQ(merged.by_activity[0].users, 0u);
  EXPECT_EQ(merged.by_activity[0].ndcg_at_10, 0) << "nobody there: not a number is no figure";
}

TEST(Folds, OneFoldIsItself) {
  const std::vector<Evaluation> one = {fold({{1, 0.2}}, 0.3)};
  EXPECT_EQ(merge_folds(one, {}).lists.coverage, 0.3);
  EXPECT_EQ(merge_folds(one, {}).figures[kNdcg][1].mean, 0) << "as it is, not computed again";
}

}  // namespace
}  // namespace marquee
