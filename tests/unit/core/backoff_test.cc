#include "core/backoff.h"

#include <gtest/gtest.h>

#include "tests/unit/pipeline/simulated_clock.h"

namespace marquee {
namespace {

using namespace std::chrono_literals;

Backoff fixed(double random) {
  return Backoff({.shortest = 100ms, .longest = 500ms}, [random] { return random; });
}

TEST(Backoff, DoublesUpToTheLongest) {
  Backoff backoff = fixed(0);
  for (const auto pause : {50ms, 100ms, 200ms, 250ms, 250ms}) EXPECT_EQ(backoff.next(), pause);
  EXPECT_EQ(backoff.failures(), 5);
  backoff.reset();
  EXPECT_EQ(backoff.next(), 50ms);
  EXPECT_EQ(backoff.failures(), 1);
}

TEST(Backoff, HalfOfAPauseIsRandom) {
  Backoff backoff = fixed(0.5);
  EXPECT_EQ(backoff.next(), 75ms);
  Backoff random;
  for (int k = 0; k < 100; ++k) {
    random.reset();
    const auto pause = random.next();
    EXPECT_GE(pause, 50ms);
    EXPECT_LE(pause, 100ms);
  }
}

TEST(Backoff, WaitsAsLongAsTheServerAsks) {
  Backoff backoff = fixed(0);
  EXPECT_EQ(backoff.next(3s), 3s);
  EXPECT_EQ(backoff.next(1ms), 100ms);
}

TEST(Backoff, SleepsByTheClockThatItIsGiven) {
  SimulatedClock clock(1000);
  Backoff backoff = fixed(0);
  EXPECT_TRUE(backoff.wait(clock, {}));
  EXPECT_EQ(clock.now(), 1000 + 50'000);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(backoff.wait(clock, stop.get_token()));
}

}  // namespace
}  // namespace marquee
