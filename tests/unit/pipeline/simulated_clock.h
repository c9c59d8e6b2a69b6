// A clock that a test owns: it stands still until the test or a sleeper moves it.
#pragma once

#include <atomic>

#include "core/clock.h"

namespace marquee {

class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(TimeMicros now) : now_(now) {}
  TimeMicros now() const override { return now_; }
  void set(TimeMicros now) { now_ = now; }

  // Sleeping takes no time: the clock jumps to the deadline. Stops sleeping after the limit.
  bool sleep_until(TimeMicros deadline, std::stop_token stop) override {
    if (stop.stop_requested() || deadline > limit_) {
      if (on_limit) on_limit();
      return false;
    }
    now_ = std::max(now_.load(), deadline);
    return true;
  }

  void set_limit(TimeMicros limit) { limit_ = limit; }
  std::function<void()> on_limit;  // a sleep reached past the limit

 private:
  std::atomic<TimeMicros> now_;
  TimeMicros limit_ = std::numeric_limits<TimeMicros>::max();
};

}  // namespace marquee
