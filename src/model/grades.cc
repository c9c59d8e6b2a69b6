#include "model/grades.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/rating_times.h"

namespace marquee {
namespace {

constexpr double kTrustedRatings = 5;

struct Moments {
  double mean = 0;
  double deviation = 0;
};

Moments moments_of(std::span<const float> ratings) {
  if (ratings.empty()) return {};
  const double n = static_cast<double>(ratings.size());
  const double mean = std::accumulate(ratings.begin(), ratings.end(), 0.0) / n;
  double square = 0;
  for (const float r : ratings) square += (r - mean) * (r - mean);
  return {mean, std::sqrt(square / n)};
}

std::vector<float> smooth_grades(const InteractionMatrix& matrix, const ModelOptions& options) {
  const Moments all = moments_of(matrix.by_user().values.span());
  const double slope = all.deviation > 0 ? options.grade_slope / all.deviation : 0;
  const double range = options.liked_strength - options.other_strength;
  std::vector<float> grades;
  grades.reserve(matrix.rating_count());
  for (std::size_t u = 0; u < matrix.user_count(); ++u) {
    const auto own = matrix.user(u).values;
    const double sum = std::accumulate(own.begin(), own.end(), kTrustedRatings * all.mean);
    const double mean = sum / (kTrustedRatings + static_cast<double>(own.size()));
    for (const float r : own)
      grades.push_back(static_cast<float>(options.other_strength +
                                          range / (1 + std::exp(-slope * (r - mean) - 1))));
  }
  return grades;
}

std::vector<float> step_grades(const InteractionMatrix& matrix, const ModelOptions& options) {
  std::vector<float> grades;
  grades.reserve(matrix.rating_count());
  for (const float r : matrix.by_user().values)
    grades.push_back(static_cast<float>(
        r >= options.min_rating_threshold ? options.liked_strength : options.other_strength));
  return grades;
}

}  // namespace

Grades grade(const InteractionMatrix& matrix, const ModelOptions& options) {
  Grades grades;
  grades.by_user = {
      matrix.by_user().offsets, matrix.by_user().columns,
      options.grade_slope > 0 ? smooth_grades(matrix, options) : step_grades(matrix, options)};
  grades.by_item = transpose(grades.by_user, matrix.item_count());
  return grades;
}

Array<float> interest_of(const InteractionMatrix& matrix, const Grades& grades, double half_life) {
  if (half_life >= kNoDecay) return grades.by_user.values;
  std::vector<float> interest(grades.by_user.values.begin(), grades.by_user.values.end());
  const auto& offsets = matrix.by_user().offsets;
  for (std::size_t u = 0; u < matrix.user_count(); ++u) {
    const auto first = static_cast<std::size_t>(offsets[u]);
    const auto times =
        matrix.times().span().subspan(first, static_cast<std::size_t>(offsets[u + 1]) - first);
    TimeMicros newest = kUnknownTime, oldest = std::numeric_limits<TimeMicros>::max();
    for (const TimeMicros time : times) {
      if (time == kUnknownTime) continue;
      newest = std::max(newest, time);
      oldest = std::min(oldest, time);
    }
    if (newest == kUnknownTime) continue;
    for (std::size_t k = 0; k < times.size(); ++k)
      interest[first + k] *= decay(newest - std::max(times[k], oldest), half_life);
  }
  return interest;
}

}  // namespace marquee
