// What a run reads: the store as of its snapshot. Taking the snapshot first applies what the
// journal has accepted, so that every rating accepted before a run is in it.
#pragma once

#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/config.h"
#include "core/rating.h"
#include "pipeline/run_folder.h"
#include "store/rating_store.h"

namespace marquee {

// kUsage for storage.mode=aws and stream.kind=kafka, which this version does not have yet.
Status require_embedded(const Config& config);

// Applies what waits, then fixes the present state.
Result<Snapshot> take_snapshot(const Config& config, const Clock& clock, RatingStore& store);

// An open store and the point in its history that is read.
struct RunData {
  std::unique_ptr<RatingStore> store;
  Snapshot snapshot;

  // Ordered by (user, movie). kUnfit when there are none.
  Result<std::vector<Rating>> ratings() const;
  Result<std::vector<Movie>> movies() const;
};

// The run's snapshot: read from its folder, or taken and written there when this is the run's first
// task. The caller holds the pipeline lock.
Result<RunData> open_run_data(const Config& config, const Clock& clock, const RunFolder& folder);

}  // namespace marquee
