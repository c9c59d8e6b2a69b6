// What the events of some stretches of Bronze look like as a stream: order, lateness, repeats, gaps
// and dead letters. For the validation of data before a training.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/config.h"
#include "core/error.h"
#include "lake/rating_manifest.h"
#include "objects/object_store.h"

namespace marquee {

struct EventProfile {
  std::int64_t events = 0;        // valid, each offset once
  std::int64_t forgotten = 0;     // … of users who were forgotten since
  std::int64_t timed = 0;         // … of streams, with a time: those whose order is judged
  std::int64_t out_of_order = 0;  // older than an event of a lower offset in their partition
  std::int64_t late = 0;          // … by more than `late_after`
  std::int64_t duplicates = 0;    // same user, movie, rating and time as another event
  std::int64_t missing = 0;       // offsets of streams that hold neither an event nor a dead letter
};

struct ProfileOptions {
  EventOptions events = {};
  TimeMicros late_after = 86'400 * kMicrosPerSecond;
  std::string access_log_topic = {};  // most of its lines hold no event: nothing is missing there
  int threads = 1;
};

// Of the events from `begin` on and below `end`. A partition whose lowest offset in Bronze lies
// above `begin` had forgotten what was before it: nothing is missing there. Memory as for a
// compaction of as many events.
Result<EventProfile> profile_events(ObjectStore& store, const OffsetVector& begin,
                                    const OffsetVector& end, const ProfileOptions& options);

// Dead letters below `end` by reason, each offset once; "forgotten" for those that named a user who
// was forgotten since.
Result<std::map<std::string, std::int64_t>> dead_letters_below(ObjectStore& store,
                                                               const OffsetVector& end,
                                                               int threads);

}  // namespace marquee
