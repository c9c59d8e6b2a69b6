#include "evaluation/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace marquee {
namespace {

double at(const Figures& figures, Metric metric, int cutoff) {
  const auto c = static_cast<std::size_t>(std::ranges::find(kCutoffs, cutoff) - kCutoffs.begin());
  return figures[static_cast<std::size_t>(metric)][c];
}

// Three cases worked out by hand.
TEST(Metrics, HitsAtTheFirstAndThirdPlace) {
  const std::vector<MovieId> list = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, relevant = {1, 3, 50};
  const Figures figures = judge(list, relevant);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kPrecision, 5), 0.4);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kPrecision, 10), 0.2);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kRecall, 10), 2.0 / 3);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kF1, 5), 0.5);  // 2 · 0.4 · 0.6667 / 1.0667
  EXPECT_DOUBLE_EQ(at(figures, Metric::kHitRate, 10), 1);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kNdcg, 10), (1 + 0.5) / (1 + 1 / std::log2(3) + 0.5));
  EXPECT_DOUBLE_EQ(at(figures, Metric::kMap, 10), (1 + 2.0 / 3) / 3);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kMrr, 10), 1);
}

TEST(Metrics, OneHitAtTheTenthPlaceOfElevenRelevant) {
  std::vector<MovieId> list(20), relevant = {10};
  for (std::size_t k = 0; k < list.size(); ++k) list[k] = static_cast<MovieId>(k) + 1;
  for (MovieId movie = 100; movie < 110; ++movie) relevant.push_back(movie);
  const Figures figures = judge(list, relevant);
  double ideal = 0;
  for (int place = 1; place <= 10; ++place) ideal += 1 / std::log2(place + 1);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kNdcg, 10), 1 / std::log2(11) / ideal);
  EXPECT_EQ(at(figures, Metric::kNdcg, 5), 0);
  EXPECT_EQ(at(figures, Metric::kHitRate, 5), 0);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kRecall, 20), 1.0 / 11);
  EXPECT_EQ(at(figures, Metric::kF1, 5), 0);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kMap, 20), 0.1 / 11);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kMrr, 20), 0.1);
  EXPECT_EQ(at(figures, Metric::kMrr, 5), 0);
}

TEST(Metrics, APerfectShortList) {
  const Figures figures = judge(std::vector<MovieId>{7, 8}, std::vector<MovieId>{7, 8});
  EXPECT_DOUBLE_EQ(at(figures, Metric::kNdcg, 5), 1);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kRecall, 5), 1);
  EXPECT_DOUBLE_EQ(at(figures, Metric::kPrecision, 5), 0.4) << "k counts, not the list's length";
}

TEST(Metrics, NoListCountsAsNothingFound) {
  const std::vector<Rating> test = {{1, 5, 4, 0}, {2, 5, 4, 0}, {3, 5, 2, 0}};
  const auto outcomes = judge_users(test, 3.5, [](UserId user) {
    return user == 1 ? std::vector<MovieId>{5} : std::vector<MovieId>{};
  });
  ASSERT_EQ(outcomes.size(), 2u) << "user 3 liked nothing";
  EXPECT_DOUBLE_EQ(at(mean(outcomes), Metric::kNdcg, 10), 0.5);
}

}  // namespace
}  // namespace marquee
