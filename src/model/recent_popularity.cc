#include "model/recent_popularity.h"

#include <algorithm>
#include <cmath>

namespace marquee {
namespace {

constexpr double kTrustedRatings = 10;
constexpr double kAllTimeShare = 0.05;

// Adds one user's capped interest in each of the movies to `interest`.
void add_user(SparseRows::Row own, std::span<const TimeMicros> times, const RatingTimes& all,
              double half_life, double cap, std::vector<double>& interest) {
  const bool aging = half_life < kNoDecay && all.tell_anything();
  const auto count = static_cast<double>(own.columns.size());
  const auto weight = [&](std::size_t k) {
    if (!aging) return 1.0;
    if (times[k] == kUnknownTime) return 0.0;
    return static_cast<double>(decay(std::max<TimeMicros>(0, all.end() - times[k]), half_life));
  };
  double sum = 0;
  for (std::size_t k = 0; k < own.columns.size(); ++k) sum += weight(k);
  if (sum <= 0) return;
  const double scale = count / (count + kTrustedRatings) * std::min(1.0, cap / sum);
  for (std::size_t k = 0; k < own.columns.size(); ++k)
    interest[static_cast<std::size_t>(own.columns[k])] += scale * weight(k);
}

std::vector<double> interest_in(const InteractionMatrix& matrix, const RatingTimes& times,
                                double half_life, double cap) {
  std::vector<double> interest(matrix.item_count());
  const auto& offsets = matrix.by_user().offsets;
  for (std::size_t u = 0; u < matrix.user_count(); ++u) {
    const auto first = static_cast<std::size_t>(offsets[u]);
    const auto count = static_cast<std::size_t>(offsets[u + 1]) - first;
    add_user(matrix.user(u), matrix.times().span().subspan(first, count), times, half_life, cap,
             interest);
  }
  return interest;
}

double sum_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

}  // namespace

Array<float> recent_popularity(const InteractionMatrix& matrix, const RatingTimes& times,
                               double half_life, const ModelOptions& options) {
  const auto recent = interest_in(matrix, times, half_life, options.popularity_user_cap);
  const auto ever = interest_in(matrix, times, kNoDecay, options.popularity_user_cap);
  const double all = sum_of(ever);
  const double share = all > 0 ? kAllTimeShare * (sum_of(recent) + 1) / all : 0;
  std::vector<float> popularity(recent.size());
  for (std::size_t i = 0; i < recent.size(); ++i)
    popularity[i] = static_cast<float>(std::log1p(recent[i] + share * ever[i]));
  return popularity;
}

}  // namespace marquee
