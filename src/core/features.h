// What is known about a user or a movie as a whole. For statistics and look-ups, never for recommending.
#pragma once

#include "core/rating.h"

namespace marquee {

struct UserFeatures {
  UserId user = 0;
  double avg_rating = 0;
  std::int64_t rating_count = 0;
  double std_dev = 0;                     // of the population (divided by n)
  TimeMicros last_update = kUnknownTime;  // the newest event time among its ratings
  friend bool operator==(const UserFeatures&, const UserFeatures&) = default;
};

struct MovieFeatures {
  MovieId movie = 0;
  double avg_rating = 0;
  std::int64_t rating_count = 0;
  double popularity = 0;  // log(1 + rating_count)
  TimeMicros last_update = kUnknownTime;
  friend bool operator==(const MovieFeatures&, const MovieFeatures&) = default;
};

}  // namespace marquee
