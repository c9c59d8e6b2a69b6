#include "dynamodb/request_limit.h"

#include <algorithm>

namespace marquee::dynamodb {

RequestLimit::RequestLimit(int most) : most_(std::max(most, 1)), allowed_(most_) {}

void RequestLimit::enter() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return under_way_ < allowed_; });
  ++under_way_;
}

void RequestLimit::leave(bool throttled) {
  {
    const std::lock_guard guard(mutex_);
    --under_way_;
    if (throttled) {
      allowed_ = std::max(allowed_ / 2, 1);
      successes_ = 0;
    } else if (++successes_ >= allowed_ && allowed_ < most_) {
      ++allowed_;
      successes_ = 0;
    }
  }
  changed_.notify_all();
}

int RequestLimit::allowed() const {
  const std::lock_guard guard(mutex_);
  return allowed_;
}

}  // namespace marquee::dynamodb
