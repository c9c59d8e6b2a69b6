// What each rating is worth as a signal of taste. Predicting ratings is the wrong target for lists;
// interactions are ranked instead, and the better a rating the more its interaction counts.
#pragma once

#include <span>
#include <vector>

#include "core/config.h"
#include "model/interaction_matrix.h"

namespace marquee {

struct Grades {
  SparseRows by_user;  // users × items, the pattern of the ratings
  SparseRows by_item;  // items × users, the same grades
};

// Grades are whole multiples of grade_unit, at most kGradeLevels of them either way: sums of their
// products are then exact, whatever the order in which they are taken.
inline constexpr int kGradeLevels = 64;
// The greater strength, signs apart, / kGradeLevels.
double grade_unit(const ModelOptions& options);

// The slope of smooth grades: what grade_slope is where nothing says otherwise.
inline constexpr double kSmoothGrades = 2.2;
// Of gentle ones, which leave more to a rating below the mean.
inline constexpr double kGentleGrades = 1.5;

// other_strength + (liked_strength - other_strength) · s, to the nearest level, where s rises
// smoothly from 0 to 1 around the user's own mean m: s = 1 / (1 + exp(-(grade_slope · (rating - m)
// / d + c))), with d the deviation of all ratings and m shrunk to the mean of all by 5 ratings'
// worth; no grade is 0. c is 1, so that a rating at the mean is rather a like; where other_strength
// is below 0, and bad ratings count against a movie, it is 0, so that one at the mean says little.
// Mean and deviation of all count in 64ths of the range of all ratings, so
// that a day's ratings seldom change everybody's grades. Any scale of ratings gives the same
// grades. Where all ratings are the same, each is worth the greatest grade. With grade_slope 0 a
// rating is liked (>= min_rating_threshold) or not. An open slope (below 0) counts as smooth;
// grade_choice.h chooses one.
Grades grade(const InteractionMatrix& matrix, const ModelOptions& options);

// The same, one user at a time: for users whose ratings were not among those that set the scale.
class GradeScale {
 public:
  // `all`: every rating of the data.
  GradeScale(std::span<const float> all, const ModelOptions& options);

  // Appends the grades of one user's ratings.
  void append(std::span<const float> own, std::vector<float>& grades) const;

 private:
  enum class Kind { kStep, kSmooth, kAllAlike };
  double share_of(float rating, double own_mean) const;  // of the way from other to liked strength
  float grade_of(float rating, double own_mean) const;

  double threshold_, other_, range_, unit_;
  Kind kind_ = Kind::kStep;
  double mean_ = 0;   // of all ratings
  double slope_ = 0;  // per rating point
};

// The grades by user, each halved for every `half_life` days that the rating is older than its
// user's newest: what somebody cares about now. Ratings without a time count as the user's oldest.
Array<float> interest_of(const InteractionMatrix& matrix, const Grades& grades, double half_life);

// The same for one user, in place: `times` of the ratings whose grades stand in `interest`.
void age_interest(std::span<const TimeMicros> times, double half_life, std::span<float> interest);

}  // namespace marquee
