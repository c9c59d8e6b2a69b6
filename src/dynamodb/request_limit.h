// How many requests may be under way at once: fewer after the service asked for less.
#pragma once

#include <condition_variable>
#include <mutex>

namespace marquee::dynamodb {

// Halves when a request was throttled and grows by one after as many that were not: additive
// increase, multiplicative decrease (Chiu and Jain, 1989). Thread-safe.
class RequestLimit {
 public:
  explicit RequestLimit(int most);

  // Waits for its turn; each enter() is followed by one leave().
  void enter();
  void leave(bool throttled);

  int allowed() const;

 private:
  const int most_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int allowed_;
  int under_way_ = 0;
  int successes_ = 0;  // since `allowed_` changed
};

}  // namespace marquee::dynamodb
