// Finds users in Silver. How they are taken out: ratings are compacted again after
// start_ratings_anew(), nightly features are written again by write_silver_features(), running rows
// go by forget_running_deltas().
#pragma once

#include <cstdint>

#include "core/error.h"
#include "events/user_mentions.h"
#include "objects/object_store.h"

namespace marquee {

struct SilverTraces {
  std::int64_t ratings = 0;   // rows of silver/ratings/: of every version, and of none
  std::int64_t features = 0;  // rows of silver/user-features/
  std::int64_t running = 0;   // rows of silver/user-features/_running/
};

// Reads the ids of every Parquet file there, whoever wrote it, on `threads` threads. kCorrupt names
// one that cannot be read or has no such column.
Result<SilverTraces> find_in_silver(ObjectStore& store, const UserMentions& users, int threads);

}  // namespace marquee
