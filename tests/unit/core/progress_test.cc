#include "core/progress.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

class HandClock final : public Clock {
 public:
  TimeMicros now() const override { return now_; }
  bool sleep_until(TimeMicros deadline, std::stop_token) override {
    now_ = deadline;
    return true;
  }
  void advance(double seconds) { now_ += static_cast<TimeMicros>(seconds * kMicrosPerSecond); }

 private:
  TimeMicros now_ = 1'000'000 * kMicrosPerSecond;
};

class ProgressTest : public testing::Test {
 protected:
  ProgressBar::Write write() {
    return [this](const std::string& text) { written_.push_back(text); };
  }
  HandClock clock_;
  std::vector<std::string> written_;
};

TEST_F(ProgressTest, ShortWorkStaysSilent) {
  {
    ProgressBar progress(ProgressBar::Style::kBar, clock_, write());
    clock_.advance(1.9);
    progress.update("reading", 0.5);
  }
  EXPECT_TRUE(written_.empty());
}

TEST_F(ProgressTest, ABarIsRedrawnAndWipedAtTheEnd) {
  {
    ProgressBar progress(ProgressBar::Style::kBar, clock_, write());
    clock_.advance(2);
    progress.update("reading", 0.25);
    progress.update("reading", 0.26);
    clock_.advance(0.1);
    progress.update("reading", 0.5);
  }
  ASSERT_EQ(written_.size(), 3u);
  EXPECT_NE(written_[0].find(" 25 % reading"), std::string::npos) << written_[0];
  EXPECT_NE(written_[1].find("[###############...............]  50 % reading"), std::string::npos);
  EXPECT_EQ(written_[2], "\r\x1b[K");
}

TEST_F(ProgressTest, LinesComeEveryTenSeconds) {
  ProgressBar progress(ProgressBar::Style::kLines, clock_, write());
  for (int second = 0; second <= 23; ++second) {
    progress.update("training", second / 20.0);
    clock_.advance(1);
  }
  const std::vector<std::string> wanted = {"10 % done: training", "60 % done: training",
                                           "100 % done: training"};
  EXPECT_EQ(written_, wanted);
}

TEST_F(ProgressTest, QuietSaysNothing) {
  ProgressBar progress(ProgressBar::Style::kNone, clock_, write());
  clock_.advance(100);
  progress.update("training", 0.5);
  EXPECT_TRUE(written_.empty());
}

}  // namespace
}  // namespace marquee
