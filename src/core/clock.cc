#include "core/clock.h"

#include <chrono>

namespace marquee {

TimeMicros SystemClock::now() const {
  using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::system_clock;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

bool SystemClock::sleep_until(TimeMicros deadline, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  // Waits in short slices: a wall clock that is set forward must not leave a sleeper behind.
  constexpr TimeMicros kSlice = 30 * kMicrosPerSecond;
  while (!stop.stop_requested()) {
    const TimeMicros left = deadline - now();
    if (left <= 0) return true;
    wake_.wait_for(lock, stop, std::chrono::microseconds(std::min(left, kSlice)),
                   [] { return false; });
  }
  return false;
}

}  // namespace marquee
