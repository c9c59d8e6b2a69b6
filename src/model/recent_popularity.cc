#include "model/recent_popularity.h"

#include <algorithm>
#include <cmath>

namespace marquee {
namespace {

constexpr double kTrustedRatings = 10;
constexpr double kAllTimeShare = 0.05;

// Adds one user's capped interest in each of the movies to `interest`.
void add_user(SparseRows::Row grades, std::span<const TimeMicros> times, const RatingTimes& all,
              double half_life, const ModelOptions& options, std::vector<double>& interest) {
  const bool aging = half_life < kNoDecay && all.tell_anything();
  const auto count = static_cast<double>(grades.columns.size());
  const double strength = std::max(options.liked_strength, options.other_strength);
  const auto weight = [&](std::size_t k) {
    const double share = std::max(0.0F, grades.values[k]) / strength;
    if (!aging) return share;
    if (times[k] == kUnknownTime) return 0.0;
    return share * decay(std::max<TimeMicros>(0, all.end() - times[k]), half_life);
  };
  double sum = 0;
  for (std::size_t k = 0; k < grades.columns.size(); ++k) sum += weight(k);
  if (sum <= 0) return;
  const double scale =
      count / (count + kTrustedRatings) * std::min(1.0, options.popularity_user_cap / sum);
  for (std::size_t k = 0; k < grades.columns.size(); ++k)
    interest[static_cast<std::size_t>(grades.columns[k])] += scale * weight(k);
}

std::vector<double> interest_in(const InteractionMatrix& matrix, const Grades& grades,
                                const RatingTimes& times, double half_life,
                                const ModelOptions& options) {
  std::vector<double> interest(matrix.item_count());
  const auto& offsets = matrix.by_user().offsets;
  for (std::size_t u = 0; u < matrix.user_count(); ++u) {
    const auto first = static_cast<std::size_t>(offsets[u]);
    const auto count = static_cast<std::size_t>(offsets[u + 1]) - first;
    add_user(grades.by_user.row(u), matrix.times().span().subspan(first, count), times, half_life,
             options, interest);
  }
  return interest;
}

double sum_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

}  // namespace

Array<float> recent_popularity(const InteractionMatrix& matrix, const Grades& grades,
                               const RatingTimes& times, const PopularityShape& shape,
                               const ModelOptions& options) {
  const auto recent = interest_in(matrix, grades, times, shape.half_life, options);
  const auto ever = interest_in(matrix, grades, times, kNoDecay, options);
  const double all = sum_of(ever);
  const double share = all > 0 ? kAllTimeShare * (sum_of(recent) + 1) / all : 0;
  std::vector<float> popularity(recent.size());
  for (std::size_t i = 0; i < recent.size(); ++i)
    popularity[i] = static_cast<float>(std::log1p(recent[i] + share * ever[i]) -
                                       shape.trend * std::log1p(ever[i]));
  return popularity;
}

}  // namespace marquee
