// What is known about a user or a movie as a whole. For statistics and look-ups, never for
// recommending.
#pragma once

#include <string>

#include "core/feature_sums.h"
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

enum class EntityKind { kUser, kMovie };

// Statistics between two nights: the full state of one entity over all events of one partition,
// from its first one up to and including `last_offset`; a re-rating counts as one more event.
// Writing it again changes nothing, and of several rows for one (id, topic, partition) the one with
// the greatest last_offset counts: a writer that lost its partition and wakes up late undoes
// nothing.
struct RunningRow {
  std::int64_t id = 0;
  std::string topic;
  std::int32_t partition = 0;
  std::string writer;  // unique for each time that somebody takes a partition over
  std::int64_t last_offset = -1;
  FeatureSums sums;
  friend bool operator==(const RunningRow&, const RunningRow&) = default;
};

}  // namespace marquee
