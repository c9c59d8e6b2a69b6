#include "evaluation/comparison.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

UserOutcome outcome(UserId user, double ndcg_at_10) {
  UserOutcome one{user, {}};
  one.figures[static_cast<std::size_t>(Metric::kNdcg)][1] = ndcg_at_10;
  return one;
}

TEST(Comparison, TheVerdictNeedsCertaintyAndSize) {
  constexpr double kFloor = 0.01;
  const struct {
    Interval difference;
    Effect effect;
  } cases[] = {
      {{0.03, 0.02, 0.04}, Effect::kBetter},
      {{0.03, -0.01, 0.07}, Effect::kUndecided},   // large, but may be chance
      {{0.005, 0.001, 0.009}, Effect::kNone},      // sure, and surely small
      {{0.009, 0.001, 0.02}, Effect::kUndecided},  // sure to be there, not sure to matter
      {{0.01, 0.005, 0.015}, Effect::kBetter},     // the floor itself matters
      {{0, 0, 0}, Effect::kNone},
      {{-0.005, -0.01, 0.01}, Effect::kNone},
      {{-0.03, -0.04, -0.02}, Effect::kWorse},
      {{-0.009, -0.02, -0.001}, Effect::kUndecided},
      {{-0.03, -0.07, 0.01}, Effect::kUndecided},
  };
  for (const auto& one : cases)
    EXPECT_EQ(effect_of(one.difference, kFloor), one.effect)
        << one.difference.mean << " from " << one.difference.low << " to " << one.difference.high;
}

// Users 2 and 3 are in both: differences 0.2 and 0.4, the second's mean 0.3.
TEST(Comparison, PairsByUser) {
  const std::vector<UserOutcome> first = {outcome(1, 0.9), outcome(2, 0.4), outcome(3, 0.8)};
  const std::vector<UserOutcome> second = {outcome(2, 0.2), outcome(3, 0.4), outcome(4, 0.1)};
  EvaluationOptions options;
  options.min_effect = 0.1;
  const Comparison comparison = compare(first, second, options);
  EXPECT_EQ(comparison.users, 2u);
  EXPECT_NEAR(comparison.ndcg().mean, 0.3, 1e-15);
  EXPECT_NEAR(comparison.ndcg().low, 0.2, 1e-15);
  EXPECT_NEAR(comparison.ndcg().high, 0.4, 1e-15);
  EXPECT_NEAR(comparison.floor, 0.03, 1e-15);
  EXPECT_EQ(comparison.effect, Effect::kBetter);
  EXPECT_EQ(compare(second, first, options).effect, Effect::kWorse);
}

TEST(Comparison, WithoutCommonUsersNothingIsSaid) {
  const std::vector<UserOutcome> first = {outcome(1, 0.9)}, second = {outcome(2, 0.2)};
  EXPECT_EQ(compare(first, second, {}).effect, Effect::kUndecided);
  EXPECT_EQ(compare({}, {}, {}).users, 0u);
}

}  // namespace
}  // namespace marquee
