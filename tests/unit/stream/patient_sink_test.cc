#include "stream/patient_sink.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>

namespace marquee {
namespace {

using Positions = Result<std::vector<StreamPosition>>;

class CountingSink final : public EventSink {
 public:
  Positions append(std::span<const std::string> events) override {
    std::vector<StreamPosition> positions;
    for (std::size_t k = 0; k < events.size(); ++k) positions.push_back({events[k], 0, next_++});
    return positions;
  }

 private:
  std::int64_t next_ = 0;
};

// A stream whose attempts to be opened the test decides, one by one.
class Door {
 public:
  Result<std::unique_ptr<EventSink>> open(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto outcome = [this] { return !outcomes_.empty(); };
    ++attempts_;
    changed_.notify_all();
    if (!changed_.wait(lock, stop, outcome)) return fail(ErrorCode::kUnavailable, "stopped");
    auto first = std::move(outcomes_.front());
    outcomes_.erase(outcomes_.begin());
    return first;
  }
  void decide(Result<std::unique_ptr<EventSink>> outcome) {
    const std::lock_guard lock(mutex_);
    outcomes_.push_back(std::move(outcome));
    changed_.notify_all();
  }
  void wait_for_attempt(int number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return attempts_ >= number; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Result<std::unique_ptr<EventSink>>> outcomes_;
  int attempts_ = 0;
};

class PatientSinkTest : public testing::Test {
 protected:
  std::future<Positions> start(PatientSink& sink, const std::string& event) {
    auto promise = std::make_shared<std::promise<Positions>>();
    sink.start_append({&event, 1},
                      [promise](Positions positions) { promise->set_value(std::move(positions)); });
    return promise->get_future();
  }
  PatientSink::Open opened_by(Door& door) {
    return [&door](const std::stop_token& stop) { return door.open(stop); };
  }

  SystemClock clock_;
  Door door_;
  const BackoffOptions pauses_{.shortest = std::chrono::milliseconds(1),
                               .longest = std::chrono::milliseconds(1)};
};

TEST_F(PatientSinkTest, WhatComesBeforeTheFirstAttemptHasEndedWaitsForIt) {
  PatientSink sink(opened_by(door_), clock_, pauses_);
  auto first = start(sink, "a"), second = start(sink, "b");
  EXPECT_TRUE(sink.trouble());
  door_.decide(std::make_unique<CountingSink>());
  const auto positions = first.get();
  ASSERT_TRUE(positions);
  EXPECT_EQ(positions->front().topic, "a");
  EXPECT_EQ(second.get()->front().offset, 1);
  EXPECT_FALSE(sink.trouble());
}

TEST_F(PatientSinkTest, EventsAreRefusedWithTheCauseUntilTheStreamIsThere) {
  PatientSink sink(opened_by(door_), clock_, pauses_);
  auto waiting = start(sink, "a");
  door_.decide(fail(ErrorCode::kNotFound, "there is no topic t", "Kafka at k:1", "create it"));
  const auto refused = waiting.get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable) << "who sends may send again";
  EXPECT_EQ(refused.error().message(), "there is no topic t (Kafka at k:1); create it");
  door_.wait_for_attempt(2);
  const std::string event = "b";
  EXPECT_FALSE(sink.append({&event, 1})) << "at once: it is known not to be there";
  EXPECT_EQ(sink.trouble()->message(), refused.error().message());
  door_.decide(std::make_unique<CountingSink>());
  while (sink.trouble()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(sink.append({&event, 1}));
}

TEST_F(PatientSinkTest, StoppedItAnswersForWhatWaits) {
  std::future<Positions> waiting;
  {
    PatientSink sink(opened_by(door_), clock_, pauses_);
    waiting = start(sink, "a");
    door_.wait_for_attempt(1);
  }
  EXPECT_EQ(waiting.get().error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace marquee
