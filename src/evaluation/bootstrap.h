// Intervals by resampling users (Efron, 1979): what the mean might have been with other users.
#pragma once

#include <cstdint>
#include <span>

namespace marquee {

// A mean with the 2.5 % and 97.5 % points of its bootstrap distribution.
struct Interval {
  double mean = 0;
  double low = 0;
  double high = 0;
};

// Draws values.size() values with replacement `samples` times. The same seed gives the same bits.
// For a paired comparison pass the differences. All 0 when there are no values.
Interval bootstrap_mean(std::span<const double> values, std::int64_t samples, std::uint64_t seed);

}  // namespace marquee
