#include "core/backoff.h"

#include <algorithm>
#include <random>
#include <utility>

namespace marquee {

using std::chrono::milliseconds;

Backoff::Backoff(BackoffOptions options, Random random)
    : options_(options), random_(std::move(random)), pause_(options.shortest) {}

milliseconds Backoff::next(milliseconds at_least) {
  const double share = 0.5 + random_() / 2;
  const auto pause =
      std::chrono::ceil<milliseconds>(share * std::chrono::duration<double, std::milli>(pause_));
  pause_ = std::min(2 * pause_, options_.longest);
  ++failures_;
  return std::max(pause, at_least);
}

bool Backoff::wait(Clock& clock, std::stop_token stop, milliseconds at_least) {
  const std::chrono::microseconds pause = next(at_least);
  return clock.sleep_until(clock.now() + pause.count(), std::move(stop));
}

void Backoff::reset() {
  pause_ = options_.shortest;
  failures_ = 0;
}

Backoff::Random Backoff::system_random() {
  return [engine = std::minstd_rand(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

}  // namespace marquee
