#include "serving/event_intake.h"

#include <gtest/gtest.h>

#include "tests/unit/serving/test_parts.h"

namespace marquee::serving {
namespace {

TEST(EventIntake, EachCallerLearnsTheOffsetOfItsOwnEvent) {
  FakeSink sink;
  std::mutex mutex;
  std::map<std::int64_t, std::string> told;
  {
    EventIntake intake(sink);
    std::vector<std::jthread> callers;
    for (int t = 0; t < 4; ++t)
      callers.emplace_back([&, t] {
        for (int i = 0; i < 100; ++i) {
          const std::string event = fmt::format("{}-{}", t, i);
          ASSERT_TRUE(intake.submit(event, [&, event](const Result<StreamPosition>& position) {
            const std::lock_guard lock(mutex);
            told[position->offset] = event;
          }));
        }
      });
  }
  const auto events = sink.events();
  ASSERT_EQ(events.size(), 400U);
  for (std::size_t i = 0; i < events.size(); ++i)
    EXPECT_EQ(told[static_cast<std::int64_t>(i)], events[i]);
}

TEST(EventIntake, WhatArrivesDuringAWriteGoesIntoOneWrite) {
  FakeSink sink;
  sink.hold();
  {
    EventIntake intake(sink);
    ASSERT_TRUE(intake.submit("first", [](const auto&) {}));
    sink.wait_for_write();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(intake.submit("later", [](const auto&) {}));
    sink.release();
  }
  EXPECT_EQ(sink.events().size(), 51U);
  EXPECT_EQ(sink.writes(), 2);
}

TEST(EventIntake, ARefusedWriteIsToldToEveryCaller) {
  FakeSink sink;
  sink.fail_from_now();
  int failures = 0;
  {
    EventIntake intake(sink);
    for (int i = 0; i < 10; ++i)
      ASSERT_TRUE(intake.submit("x", [&](const auto& position) { failures += position ? 0 : 1; }));
  }
  EXPECT_EQ(failures, 10);
}

TEST(EventIntake, TooManyThatWaitAreRefused) {
  FakeSink sink;
  sink.hold();
  EventIntake intake(sink);
  int accepted = 0;
  while (accepted < 100'000 && intake.submit("x", [](const auto&) {})) ++accepted;
  EXPECT_LT(accepted, 100'000);
  EXPECT_GE(accepted, 1000);
  sink.release();
}

// A remote stream: takes events at once and answers for them later, on a thread of its own.
class RemoteSink final : public EventSink {
 public:
  Result<std::vector<StreamPosition>> append(std::span<const std::string>) override {
    return fail(ErrorCode::kInternal, "nobody should wait");
  }
  void start_append(std::span<const std::string> events, Appended done) override {
    const std::lock_guard lock(mutex_);
    for (std::size_t k = 0; k < events.size(); ++k) positions_.push_back({"t", 0, offset_++});
    waiting_.emplace_back(std::move(done), std::exchange(positions_, {}));
    taken_.notify_all();
  }
  void wait_for_appends(std::size_t count) {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, [&] { return waiting_.size() >= count; });
  }
  void answer_all() {
    const std::lock_guard lock(mutex_);
    for (auto& [done, positions] : waiting_) done(std::move(positions));
    waiting_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable taken_;
  std::int64_t offset_ = 0;
  std::vector<StreamPosition> positions_;
  std::vector<std::pair<Appended, std::vector<StreamPosition>>> waiting_;
};

TEST(EventIntake, ARemoteStreamIsGivenTheNextBeforeItHasAnsweredForTheFirst) {
  RemoteSink sink;
  std::vector<std::int64_t> told;
  {
    EventIntake intake(sink);
    for (std::size_t k = 1; k <= 5; ++k) {
      ASSERT_TRUE(intake.submit(
          "x", [&](const Result<StreamPosition>& position) { told.push_back(position->offset); }));
      sink.wait_for_appends(k);
    }
    EXPECT_TRUE(told.empty());
    std::jthread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      sink.answer_all();
    });
  }  // waits for the answers
  EXPECT_EQ(told, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(EventIntake, WhatARemoteStreamHasNotAnsweredForCountsAsWaiting) {
  RemoteSink sink;
  std::jthread answering;  // outlives the intake, which waits for every answer
  EventIntake intake(sink);
  int accepted = 0;
  while (accepted < 100'000 && intake.submit("x", [](const auto&) {})) ++accepted;
  EXPECT_LT(accepted, 100'000);
  answering = std::jthread([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      sink.answer_all();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  while (!intake.submit("y", [](const auto&) {})) std::this_thread::yield();
}

}  // namespace
}  // namespace marquee::serving
