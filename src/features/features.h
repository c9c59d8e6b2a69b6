// features/ sums up ratings by user and by movie. It is given every resolved rating; it hands on
// one row for each user and each movie that has any. The rows are for statistics, monitoring and
// analysis; no recommendation is based on them.
#pragma once

#include <span>
#include <vector>

#include "core/features.h"
#include "core/rating.h"

namespace marquee {

// One row for each user (movie) that occurs, by id, from one pass over `ratings`, of which each
// counts once: the caller has resolved re-ratings. Means and deviations are summed so that no
// digits cancel out, however many ratings there are and however close together; another order of
// the same ratings changes at most the last digits. `last_update` is the newest known time, or
// kUnknownTime when there is none. Pure functions; any thread.
std::vector<UserFeatures> user_features(std::span<const Rating> ratings);
std::vector<MovieFeatures> movie_features(std::span<const Rating> ratings);

}  // namespace marquee
