#include "model/grades.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/rating_times.h"

namespace marquee {
namespace {

constexpr double kTrustedRatings = 5;

// Steps of the range of all ratings in which their mean and deviation are counted.
constexpr double kScaleSteps = 64;

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

Moments coarse_moments_of(std::span<const float> ratings) {
  const Moments exact = moments_of(ratings);
  if (exact.deviation == 0) return exact;
  const auto [least, greatest] = std::ranges::minmax(ratings);
  const double step = (static_cast<double>(greatest) - least) / kScaleSteps;
  return {least + step * std::round((exact.mean - least) / step),
          step * std::max(1.0, std::round(exact.deviation / step))};
}

}  // namespace

double grade_unit(const ModelOptions& options) {
  return std::max(options.liked_strength, std::abs(options.other_strength)) / kGradeLevels;
}

GradeScale::GradeScale(std::span<const float> all, const ModelOptions& options)
    : threshold_(options.min_rating_threshold),
      other_(options.other_strength),
      range_(options.liked_strength - options.other_strength),
      unit_(grade_unit(options)) {
  if (options.grade_slope == 0) return;
  const Moments moments = coarse_moments_of(all);
  mean_ = moments.mean;
  kind_ = moments.deviation > 0 ? Kind::kSmooth : Kind::kAllAlike;
  const double slope = options.grade_slope < 0 ? kSmoothGrades : options.grade_slope;
  slope_ = moments.deviation > 0 ? slope / moments.deviation : 0;
}

double GradeScale::share_of(float rating, double own_mean) const {
  switch (kind_) {
    case Kind::kSmooth:
      return 1 / (1 + std::exp(-slope_ * (rating - own_mean) - (other_ < 0 ? 0 : 1)));
    case Kind::kAllAlike:
      return 1;
    case Kind::kStep:
      break;
  }
  return rating >= threshold_ ? 1 : 0;
}

float GradeScale::grade_of(float rating, double own_mean) const {
  const double level = std::round((other_ + range_ * share_of(rating, own_mean)) / unit_);
  return static_cast<float>(unit_ * (kind_ != Kind::kStep && level == 0 ? 1 : level));
}

void GradeScale::append(std::span<const float> own, std::vector<float>& grades) const {
  const double sum = std::accumulate(own.begin(), own.end(), kTrustedRatings * mean_);
  const double mean = sum / (kTrustedRatings + static_cast<double>(own.size()));
  for (const float rating : own) grades.push_back(grade_of(rating, mean));
}

Grades grade(const InteractionMatrix& matrix, const ModelOptions& options) {
  const GradeScale scale(matrix.by_user().values.span(), options);
  std::vector<float> values;
  values.reserve(matrix.rating_count());
  for (std::size_t u = 0; u < matrix.user_count(); ++u) scale.append(matrix.user(u).values, values);
  Grades grades;
  grades.by_user = {matrix.by_user().offsets, matrix.by_user().columns, std::move(values)};
  grades.by_item = transpose(grades.by_user, matrix.item_count());
  return grades;
}

void age_interest(std::span<const TimeMicros> times, double half_life, std::span<float> interest) {
  if (half_life >= kNoDecay) return;
  TimeMicros newest = kUnknownTime, oldest = std::numeric_limits<TimeMicros>::max();
  for (const TimeMicros time : times) {
    if (time == kUnknownTime) continue;
    newest = std::max(newest, time);
    oldest = std::min(oldest, time);
  }
  if (newest == kUnknownTime) return;
  for (std::size_t k = 0; k < times.size(); ++k)
    interest[k] *= decay(newest - std::max(times[k], oldest), half_life);
}

Array<float> interest_of(const InteractionMatrix& matrix, const Grades& grades, double half_life) {
  if (half_life >= kNoDecay) return grades.by_user.values;
  std::vector<float> interest(grades.by_user.values.begin(), grades.by_user.values.end());
  const auto& offsets = matrix.by_user().offsets;
  for (std::size_t u = 0; u < matrix.user_count(); ++u) {
    const auto first = static_cast<std::size_t>(offsets[u]);
    const auto count = static_cast<std::size_t>(offsets[u + 1]) - first;
    age_interest(matrix.times().span().subspan(first, count), half_life,
                 std::span(interest).subspan(first, count));
  }
  return interest;
}

}  // namespace marquee
