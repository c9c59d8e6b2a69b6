// What a row of features is computed from: sums that one more rating changes by an addition.
#pragma once

#include <cstdint>

#include "core/rating.h"

namespace marquee {

struct FeatureSums {
  std::int64_t count = 0;
  double sum = 0;
  double square_sum = 0;
  TimeMicros last_update = kUnknownTime;

  void add(double rating, TimeMicros time);
  // A later rating takes the place of an earlier one; the newest time stays the newest.
  void replace(double before, double after, TimeMicros time);

  double average() const;
  double deviation() const;                          // of the population
  double popularity() const;                         // log(1 + count)
  bool agrees_with(const FeatureSums& other) const;  // sums equal but for rounding

  friend bool operator==(const FeatureSums&, const FeatureSums&) = default;
};

}  // namespace marquee
