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

}  // namespace
}  // namespace marquee::serving
