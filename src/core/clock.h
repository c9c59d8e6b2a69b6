// Time comes in through this interface so that a test can own it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "core/rating.h"

namespace marquee {

// Thread-safe: any thread may call any function at any time.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time, UTC.
  virtual TimeMicros now() const = 0;

  // Returns at or after `deadline`, or early when `stop` is requested; says whether it was reached.
  virtual bool sleep_until(TimeMicros deadline, std::stop_token stop) = 0;
};

class SystemClock final : public Clock {
 public:
  TimeMicros now() const override;
  bool sleep_until(TimeMicros deadline, std::stop_token stop) override;

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
};

}  // namespace marquee
