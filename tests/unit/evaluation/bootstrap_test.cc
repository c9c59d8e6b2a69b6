#include "evaluation/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace marquee {
namespace {

TEST(Bootstrap, TheIntervalOfManyCoinsIsThatOfTheBinomial) {
  std::vector<double> coins(1000);
  for (std::size_t k = 0; k < coins.size(); ++k) coins[k] = k % 2 == 0 ? 1 : 0;
  const Interval interval = bootstrap_mean(coins, 4000, 7);
  const double half_width = 1.96 * std::sqrt(0.25 / 1000);
  EXPECT_DOUBLE_EQ(interval.mean, 0.5);
  EXPECT_NEAR(interval.low, 0.5 - half_width, 0.004);
  EXPECT_NEAR(interval.high, 0.5 + half_width, 0.004);
}

TEST(Bootstrap, TheSameSeedGivesTheSameBits) {
  std::vector<double> values;
  for (int k = 0; k < 50; ++k) values.push_back(std::sin(k));
  EXPECT_EQ(bootstrap_mean(values, 100, 1).low, bootstrap_mean(values, 100, 1).low);
  EXPECT_NE(bootstrap_mean(values, 100, 1).low, bootstrap_mean(values, 100, 2).low);
}

TEST(Bootstrap, NothingAndConstants) {
  EXPECT_EQ(bootstrap_mean({}, 100, 1).high, 0);
  const Interval constant = bootstrap_mean(std::vector<double>{2, 2, 2}, 100, 1);
  EXPECT_EQ(constant.low, 2);
  EXPECT_EQ(constant.high, 2);
}

}  // namespace
}  // namespace marquee
