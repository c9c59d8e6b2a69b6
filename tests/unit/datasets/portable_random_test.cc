#include "datasets/portable_random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace marquee {
namespace {

TEST(PortableRandom, StreamsDiffer) {
  EXPECT_NE(PortableRandom(1, 1).next(), PortableRandom(2, 1).next());
  EXPECT_NE(PortableRandom(1, 1).next(), PortableRandom(1, 2).next());
  EXPECT_NE(PortableRandom(1, 1, 1).next(), PortableRandom(1, 1, 2).next());
  EXPECT_EQ(PortableRandom(1, 2, 3).next(), PortableRandom(1, 2, 3).next());
}

TEST(PortableRandom, NormalHasMeanZeroAndVarianceOne) {
  constexpr int kDraws = 200'000;
  PortableRandom random(1, 1);
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1, 0.02);
}

TEST(PortableRandom, BelowReachesEveryNumberAndNoOther) {
  PortableRandom random(1, 1);
  std::vector<int> seen(7);
  for (int i = 0; i < 7'000; ++i) ++seen.at(random.below(7));
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
}

TEST(PortableExp, IsNearTheLibrarys) {
  for (double x = -50; x <= 50; x += 0.37) EXPECT_NEAR(portable_exp(x) / std::exp(x), 1, 1e-9) << x;
}

}  // namespace
}  // namespace marquee
