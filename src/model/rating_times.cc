#include "model/rating_times.h"

#include <algorithm>

namespace marquee {

RatingTimes::RatingTimes(std::span<const TimeMicros> times) {
  known_.reserve(times.size());
  for (const TimeMicros time : times)
    if (time != kUnknownTime) known_.push_back(time);
  std::ranges::sort(known_);
  if (known_.empty()) return;
  end_ = known_[known_.size() - 1 - known_.size() / 1000];
  tell_anything_ = 2 * known_.size() >= times.size() && known_.front() != known_.back();
}

double RatingTimes::age_of_newest(double share) const {
  constexpr double kDay = 86'400.0 * kMicrosPerSecond;
  if (known_.empty()) return kNoDecay;
  const auto newer = static_cast<std::size_t>(share * static_cast<double>(known_.size()));
  const TimeMicros then = known_[known_.size() - 1 - std::min(newer, known_.size() - 1)];
  return std::max(1.0, static_cast<double>(end_ - then)) / kDay;
}

}  // namespace marquee
