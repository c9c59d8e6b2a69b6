// How long to wait before something that failed is tried again.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "core/clock.h"

namespace marquee {

struct BackoffOptions {
  std::chrono::milliseconds shortest{100};
  std::chrono::milliseconds longest{5000};
};

// Pauses that double from the shortest to the longest. Half of each is random, so that many who
// failed together do not come back together. For one thread at a time.
class Backoff {
 public:
  using Random = std::function<double()>;  // uniform in [0, 1)

  explicit Backoff(BackoffOptions options = {}, Random random = system_random());

  // The pause before the next try, and one failure more. Never shorter than `at_least`, which is
  // what the server asked for (Retry-After).
  std::chrono::milliseconds next(std::chrono::milliseconds at_least = {});

  // Sleeps for next(at_least); false: a stop was requested meanwhile.
  bool wait(Clock& clock, std::stop_token stop, std::chrono::milliseconds at_least = {});

  // It worked: the next failure starts with the shortest pause.
  void reset();

  // Since it was made or reset.
  int failures() const { return failures_; }

 private:
  static Random system_random();

  BackoffOptions options_;
  Random random_;
  std::chrono::milliseconds pause_;
  int failures_ = 0;
};

}  // namespace marquee
