#include "evaluation/gate.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

Evaluation good() {
  Evaluation evaluation;
  evaluation.outcomes.resize(100);
  evaluation.figures[static_cast<std::size_t>(Metric::kPrecision)][1].mean = 0.2;
  evaluation.figures[static_cast<std::size_t>(Metric::kHitRate)][1].mean = 0.6;
  evaluation.figures[static_cast<std::size_t>(Metric::kNdcg)][1].mean = 0.30;
  evaluation.lists.coverage = 0.2;
  return evaluation;
}

GateVerdict judge_alone(const Evaluation& candidate) {
  return judge_candidate({.candidate = candidate,
                          .popular_coverage = 0.05,
                          .production = nullptr,
                          .ndcg_difference = {}},
                         GateOptions{});
}

TEST(Gate, LetsAGoodCandidatePass) {
  const GateVerdict verdict = judge_alone(good());
  EXPECT_TRUE(verdict.passed);
  EXPECT_EQ(verdict.rules.size(), 4u);
}

TEST(Gate, EachFloorAloneRefuses) {
  std::vector<Evaluation> bad(4, good());
  bad[0].outcomes.resize(9);
  bad[1].figures[static_cast<std::size_t>(Metric::kPrecision)][1].mean = 0.0099;
  bad[2].figures[static_cast<std::size_t>(Metric::kHitRate)][1].mean = 0.099;
  bad[3].lists.coverage = 0.0999;
  for (std::size_t k = 0; k < bad.size(); ++k) {
    const GateVerdict verdict = judge_alone(bad[k]);
    EXPECT_FALSE(verdict.passed) << k;
    for (std::size_t r = 0; r < 4; ++r) EXPECT_EQ(verdict.rules[r].passed, r != k);
  }
}

TEST(Gate, AsksForNoMoreCoverageThanTrainingHolds) {
  Evaluation few_movies = good();
  few_movies.lists.coverage = 0.86;
  GateEvidence evidence{.candidate = few_movies,
                        .popular_coverage = 0.44,
                        .production = nullptr,
                        .ndcg_difference = {}};
  EXPECT_FALSE(judge_candidate(evidence, GateOptions{}).passed);
  evidence.room_for_coverage = 0.2;
  EXPECT_TRUE(judge_candidate(evidence, GateOptions{}).passed);
  few_movies.lists.coverage = 0.17;
  EXPECT_FALSE(judge_candidate(evidence, GateOptions{}).passed);
}

bool passes_against(double production_ndcg, Interval difference) {
  Evaluation production = good();
  production.figures[static_cast<std::size_t>(Metric::kNdcg)][1].mean = production_ndcg;
  const Evaluation candidate = good();
  return judge_candidate({.candidate = candidate,
                          .popular_coverage = 0.05,
                          .production = &production,
                          .ndcg_difference = difference},
                         GateOptions{})
      .passed;
}

TEST(Gate, ComparesWithProductionByEffectSizeAndInterval) {
  EXPECT_TRUE(passes_against(0.30, {0.00, -0.01, 0.01}));
  EXPECT_TRUE(passes_against(0.31, {-0.01, -0.03, 0.01})) << "a loss that may be chance";
  EXPECT_TRUE(passes_against(0.304, {-0.004, -0.005, -0.003})) << "sure, but below the effect size";
  EXPECT_FALSE(passes_against(0.33, {-0.03, -0.04, -0.02})) << "sure and large";
  EXPECT_TRUE(passes_against(0, {0.30, 0.2, 0.4})) << "production ranked nothing";
}

TEST(Gate, WithoutAPopularListCoverageCannotPass) {
  const Evaluation candidate = good();
  EXPECT_FALSE(judge_candidate({.candidate = candidate,
                                .popular_coverage = 0,
                                .production = nullptr,
                                .ndcg_difference = {}},
                               GateOptions{})
                   .passed);
}

}  // namespace
}  // namespace marquee
