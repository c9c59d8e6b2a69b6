// The popularity part: what many people watch lately.
#pragma once

#include "core/config.h"
#include "model/grades.h"
#include "model/rating_times.h"

namespace marquee {

// Per item log(1 + interest), where interest sums over its raters grade · 0.5 ^ (age / half_life),
// as of the data's end, the greater strength counting 1. Robust: a person counts once for a movie;
// of a user with n ratings each counts n / (n + 10), since a new account says little; and all of a
// user's together count at most popularity_user_cap ratings' worth. Where little is recent,
// all-time popularity decides: it is mixed in at a twentieth of the recent interest. Ratings
// without a time are old.
Array<float> recent_popularity(const InteractionMatrix& matrix, const Grades& grades,
                               const RatingTimes& times, double half_life,
                               const ModelOptions& options);

}  // namespace marquee
