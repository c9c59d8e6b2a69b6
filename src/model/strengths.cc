#include "model/strengths.h"

#include <cmath>

namespace marquee {
namespace {

void fill(double& setting, double open, double value) {
  if (setting == open) setting = value;
}

}  // namespace

double noise_of(const Grades& grades) {
  const auto users = static_cast<double>(grades.by_user.rows());
  const auto items = static_cast<double>(grades.by_item.rows());
  double square = 0;
  for (const float grade : grades.by_user.values) square += static_cast<double>(grade) * grade;
  return std::sqrt(square / (users * items)) * (std::sqrt(users) + std::sqrt(items));
}

ModelOptions with_rules(ModelOptions options, const Grades& grades, const RatingTimes& times) {
  constexpr double kLearned = 0, kLearnedWeight = -1;
  const double noise = noise_of(grades);
  fill(options.item_item_regularization, kLearned, std::max(1e-3, 200 * noise / std::sqrt(104.0)));
  fill(options.latent_regularization, kLearned,
       std::max(1e-3, 0.4 * options.latent_confidence * noise));
  fill(options.popularity_half_life, kLearned,
       times.tell_anything() ? times.age_of_newest(0.03) : kNoDecay);
  fill(options.popularity_trend, kLearnedWeight, 0);
  fill(options.own_half_life, kLearned, kNoDecay);
  fill(options.cf_weight, kLearnedWeight, 0.9);
  fill(options.user_user_share, kLearnedWeight, 0.15);
  fill(options.latent_share, kLearnedWeight, 0.5);
  fill(options.content_weight, kLearnedWeight, 0.05);
  fill(options.popularity_weight, kLearnedWeight, 0);
  return options;
}

}  // namespace marquee
