#include "serving/model_follower.h"

#include <gtest/gtest.h>

#include <mutex>

namespace marquee::serving {
namespace {

// Time passes by steps that the test takes; each is waited for until the sleeper sleeps again.
class SteppedClock final : public Clock {
 public:
  TimeMicros now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  bool sleep_until(TimeMicros deadline, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    sleeping_ = true;
    changed_.notify_all();
    changed_.wait(lock, stop, [&] { return now_ >= deadline; });
    sleeping_ = false;
    return now_ >= deadline;
  }
  void pass(std::chrono::seconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sleeping_; });
    now_ += time.count() * kMicrosPerSecond;
    sleeping_ = false;
    changed_.notify_all();
    changed_.wait(lock, [&] { return sleeping_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  TimeMicros now_ = 0;
  bool sleeping_ = false;
};

class ModelFollowerTest : public testing::Test {
 protected:
  FollowedModel model() {
    return {.published = [this] { return published_; },
            .served = [this] { return served_; },
            .reload = [this]() -> Status {
              ++reloads_;
              return accepted_;
            }};
  }
  SteppedClock clock_;
  Result<std::string> published_ = std::string("a");
  std::string served_ = "a";
  Status accepted_;
  int reloads_ = 0;
  static constexpr std::chrono::seconds kInterval{30};
};

TEST_F(ModelFollowerTest, AsksForAModelOnceWhenItIsPublished) {
  const ModelFollower follower(model(), clock_, kInterval);
  clock_.pass(kInterval);
  EXPECT_EQ(reloads_, 0) << "it is served already";
  published_ = std::string("b");
  clock_.pass(kInterval);
  clock_.pass(kInterval);
  EXPECT_EQ(reloads_, 1) << "a model that was refused is not asked for again and again";
  published_ = std::string("c");
  clock_.pass(kInterval);
  EXPECT_EQ(reloads_, 2);
}

TEST_F(ModelFollowerTest, AsksAgainWhenTheReloaderHadNoRoom) {
  const ModelFollower follower(model(), clock_, kInterval);
  published_ = std::string("b");
  accepted_ = fail(ErrorCode::kUnavailable, "too many wait");
  clock_.pass(kInterval);
  accepted_ = {};
  clock_.pass(kInterval);
  clock_.pass(kInterval);
  EXPECT_EQ(reloads_, 2);
}

TEST_F(ModelFollowerTest, AStoreOutOfReachOrEmptyChangesNothing) {
  const ModelFollower follower(model(), clock_, kInterval);
  published_ = fail(ErrorCode::kUnavailable, "no answer");
  clock_.pass(kInterval);
  published_ = std::string();
  clock_.pass(kInterval);
  EXPECT_EQ(reloads_, 0);
  published_ = std::string("b");
  clock_.pass(kInterval);
  EXPECT_EQ(reloads_, 1);
}

}  // namespace
}  // namespace marquee::serving
