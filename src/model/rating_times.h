// When ratings were given, as far as the parts care: how old they are as of the data's newest time,
// never of the clock.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "core/rating.h"

namespace marquee {

inline constexpr double kNoDecay = 1e9;  // a half-life in days that stands for: nothing ages

// 0.5 ^ (age / half-life); `age` in microseconds, `half_life` in days.
inline float decay(TimeMicros age, double half_life) {
  constexpr double kDay = 86'400.0 * kMicrosPerSecond;
  return static_cast<float>(std::exp2(-static_cast<double>(age) / kDay / half_life));
}

class RatingTimes {
 public:
  explicit RatingTimes(std::span<const TimeMicros> times);

  // At least half of the ratings have a time, and not all the same.
  bool tell_anything() const { return tell_anything_; }

  // The moment the data ends: the newest time but for one rating in a thousand, so that a few wrong
  // clocks do not make everything else old.
  TimeMicros end() const { return end_; }

  // The age in days, as of end(), that the newest `share` of the ratings with a time are younger
  // than: a stretch of time that grows and shrinks with the data's own pace. At least a
  // microsecond.
  double age_of_newest(double share) const;

 private:
  std::vector<TimeMicros> known_;  // ascending
  bool tell_anything_ = false;
  TimeMicros end_ = 0;
};

}  // namespace marquee
