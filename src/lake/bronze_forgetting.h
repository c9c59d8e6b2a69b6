// Takes users out of Bronze: the one case in which its objects are overwritten. A line that held an
// event of theirs, or a dead letter that names them, becomes one that holds its place alone, so
// that every offset stays accounted for and counts for nobody. See docs/formats/lake.md.
#pragma once

#include <cstdint>
#include <set>

#include "core/error.h"
#include "core/rating.h"
#include "events/user_mentions.h"
#include "objects/object_store.h"

namespace marquee {

struct BronzeTraces {
  std::int64_t events = 0;        // lines, repeats counted again
  std::int64_t dead_letters = 0;  // lines
  std::set<MovieId> movies;       // that these events rate
};

// Reads every object, imports among them, on `threads` threads. Of an event its own user_id
// counts; what another user's event says in further fields is that event's. kCorrupt names what
// cannot be read: nothing can be said of it.
Result<BronzeTraces> find_in_bronze(ObjectStore& store, const UserMentions& users, int threads);

// Rewrites the objects that find_in_bronze() counts lines of, each under its name by a conditional
// put: at any instant an object is the old one or the new one, and calling it again does the rest.
Status forget_in_bronze(ObjectStore& store, const UserMentions& users, int threads);

}  // namespace marquee
