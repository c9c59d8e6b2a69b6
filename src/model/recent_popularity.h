// The popularity part: what many people watch lately.
#pragma once

#include "core/config.h"
#include "model/grades.h"
#include "model/rating_times.h"

namespace marquee {

struct PopularityShape {
  double half_life = kNoDecay;  // in days, of the interest that a rating shows
  double trend = 0;             // from 0 to 1: how much all-time interest counts against a movie
};

// Per item log(1 + interest) - trend · log(1 + all-time interest): what many watch lately or, with
// a trend, what more watch lately than ever did. Interest sums over a movie's raters grade ·
// 0.5 ^ (age / half_life), as of the data's end, the greater strength counting 1. Robust: a person
// counts once for a movie; of a user with n ratings each counts n / (n + 10), since a new account
// says little; and all of a user's together count at most popularity_user_cap ratings' worth. Where
// little is recent, all-time popularity decides: it is mixed in at a twentieth of the recent
// interest. Ratings without a time are old.
Array<float> recent_popularity(const InteractionMatrix& matrix, const Grades& grades,
                               const RatingTimes& times, const PopularityShape& shape,
                               const ModelOptions& options);

}  // namespace marquee
