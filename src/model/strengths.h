// Rules of size: what a setting is where it is neither pinned nor learned, and what learning starts
// from. They look at how many users, items and ratings there are, never at which.
#pragma once

#include "core/config.h"
#include "model/grades.h"
#include "model/rating_times.h"

namespace marquee {

// What chance alone would put into the matrix: the greatest eigenvalue of a random matrix of this
// shape, density p and mean square grade g² is about g √p (√users + √items). Ridges follow it.
double noise_of(const Grades& grades);

// The options with no setting left open:
//   item_item_regularization  200 √(noise² / 104)
//   latent_regularization     0.4 · latent_confidence · noise
//   popularity_half_life      the age that the newest 3 % of the ratings are younger than
//   popularity_trend          0
//   own_half_life             nothing ages
//   weights                   cf 0.9 (user–user 0.15, the rest half latent), content 0.05,
//                             popularity 0
ModelOptions with_rules(ModelOptions options, const Grades& grades, const RatingTimes& times);

}  // namespace marquee
