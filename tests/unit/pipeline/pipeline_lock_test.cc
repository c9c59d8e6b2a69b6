#include "pipeline/pipeline_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

#include "core/log.h"
#include "core/timestamp.h"
#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

class PipelineLockTest : public testing::Test {
 protected:
  PipelineLockTest() { spdlog::set_level(spdlog::level::off); }

  Result<PipelineLock> acquire(bool wait, std::stop_token stop = {}) {
    return PipelineLock::acquire({.data_dir = folder_.path(),
                                  .task = "train",
                                  .run_id = "20260301_020000",
                                  .wait = wait,
                                  .stop = stop},
                                 clock_);
  }

  TemporaryFolder folder_;
  SystemClock clock_;
};

TEST_F(PipelineLockTest, ASecondIsToldWhoHoldsIt) {
  const auto held = acquire(false);
  ASSERT_TRUE(held) << held.error().message();
  const auto second = acquire(false);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().what.find("train of run 20260301_020000"), std::string::npos)
      << second.error().what;
  EXPECT_NE(second.error().what.find(std::to_string(::getpid())), std::string::npos);
  EXPECT_EQ(pipeline_lock_holder(folder_.path()).find("train of run"), 0u);
}

TEST_F(PipelineLockTest, IsFreeAgainAfterwards) {
  {
    ASSERT_TRUE(acquire(false));
  }
  EXPECT_EQ(pipeline_lock_holder(folder_.path()), "");
  EXPECT_TRUE(acquire(false));
}

TEST_F(PipelineLockTest, AWaiterGetsItWhenItIsFreed) {
  auto held = std::make_unique<Result<PipelineLock>>(acquire(false));
  ASSERT_TRUE(*held);
  auto waiter = std::async(std::launch::async, [&] { return acquire(true).has_value(); });
  EXPECT_EQ(waiter.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  held.reset();
  EXPECT_TRUE(waiter.get());
}

TEST_F(PipelineLockTest, AWaiterCanBeStopped) {
  const auto held = acquire(false);
  ASSERT_TRUE(held);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(acquire(true, stop.get_token()));
}

}  // namespace
}  // namespace marquee
