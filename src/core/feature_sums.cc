#include "core/feature_sums.h"

#include <algorithm>
#include <cmath>

namespace marquee {
namespace {

bool nearly(double a, double b) {
  return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

}  // namespace

void FeatureSums::add(double rating, TimeMicros time) {
  ++count;
  sum += rating;
  square_sum += rating * rating;
  last_update = std::max(last_update, time);
}

void FeatureSums::replace(double before, double after, TimeMicros time) {
  sum += after - before;
  square_sum += after * after - before * before;
  last_update = std::max(last_update, time);
}

double FeatureSums::average() const {
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

double FeatureSums::deviation() const {
  if (count == 0) return 0;
  const double mean = average();
  return std::sqrt(std::max(0.0, square_sum / static_cast<double>(count) - mean * mean));
}

double FeatureSums::popularity() const {
  return std::log1p(static_cast<double>(count));
}

bool FeatureSums::agrees_with(const FeatureSums& other) const {
  return count == other.count && last_update == other.last_update && nearly(sum, other.sum) &&
         nearly(square_sum, other.square_sum);
}

}  // namespace marquee
