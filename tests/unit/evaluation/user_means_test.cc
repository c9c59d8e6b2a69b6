#include "evaluation/user_means.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

UserOutcome outcome(UserId user, double value) {
  UserOutcome one{user, {}};
  for (auto& row : one.figures) row.fill(value);
  return one;
}

TEST(UserMeans, AreOverTheTimesAUserWasJudged) {
  UserMeans users;
  users.add(std::vector{outcome(7, 0.2), outcome(9, 1.0)});
  users.add(std::vector{outcome(2, 0.5), outcome(7, 0.4)});
  const auto means = users.means();
  ASSERT_EQ(means.size(), 3u);
  EXPECT_EQ(means[0].user, 2);
  EXPECT_EQ(means[1].user, 7);
  for (const auto& row : means[1].figures)
    for (const double figure : row) EXPECT_NEAR(figure, 0.3, 1e-15);
  EXPECT_EQ(means[2].figures[0][0], 1.0);
  EXPECT_TRUE(UserMeans{}.means().empty());
}

}  // namespace
}  // namespace marquee
