// What stands in for other rooms in the tests of serving: a clock, an event stream, a store of
// profiles.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "core/clock.h"
#include "core/timestamp.h"
#include "serving/stored_profiles.h"
#include "stream/event_stream.h"

namespace marquee::serving {

// Stands still.
class FixedClock final : public Clock {
 public:
  TimeMicros now() const override { return *parse_timestamp("2026-03-01T12:00:00Z"); }
  bool sleep_until(TimeMicros, std::stop_token) override { return true; }
};

// Keeps events in memory; can be told to fail, or to hold every write back until released.
class FakeSink final : public EventSink {
 public:
  Result<std::vector<StreamPosition>> append(std::span<const std::string> events) override {
    std::unique_lock lock(mutex_);
    ++writes_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    if (failing_)
      return fail(ErrorCode::kIo, "No space left on device", "journal.db", "free some space");
    std::vector<StreamPosition> positions;
    for (const std::string& event : events) {
      positions.push_back({"user-events", 0, static_cast<std::int64_t>(events_.size())});
      events_.push_back(event);
    }
    return positions;
  }

  std::optional<Error> trouble() const override {
    const std::lock_guard lock(mutex_);
    if (!away_) return std::nullopt;
    return Error{ErrorCode::kUnavailable, "no broker", "k:1", "start one"};
  }

  void go_away() {
    set([this] { away_ = true; });
  }
  void fail_from_now() {
    set([this] { failing_ = true; });
  }
  void hold() {
    set([this] { held_ = true; });
  }
  void release() {
    set([this] { held_ = false; });
  }
  void wait_for_write() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return writes_ > 0; });
  }
  int writes() {
    const std::lock_guard lock(mutex_);
    return writes_;
  }
  std::vector<std::string> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  void set(const std::function<void()>& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
  int writes_ = 0;
  bool failing_ = false, held_ = false, away_ = false;
};

// Knows user 1 and user 7, who is in no model; user 99 cannot be read.
inline Result<StoredProfile> fake_profile(UserId user) {
  if (user == 99)
    return fail(ErrorCode::kUnavailable, "database is locked", "marquee.db", "ask again");
  if (user != 1 && user != 7) return StoredProfile{};
  const TimeMicros time = *parse_timestamp("2026-03-01T10:00:00Z");
  return StoredProfile{.features = UserFeatures{user, 4.25, 2, 0.25, time},
                       .newest = {{user, 20, 4.5F, time}, {user, 10, 4.0F, kUnknownTime}}};
}

}  // namespace marquee::serving
