// What a run reads: its source as of its snapshot.
#pragma once

#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/config.h"
#include "core/rating.h"
#include "pipeline/run_folder.h"
#include "pipeline/run_source.h"

namespace marquee {

// An open source and the point in its history that is read.
struct RunData {
  std::unique_ptr<RunSource> source;
  Snapshot snapshot;

  // By (user, movie). kUnfit when there are none.
  Result<std::vector<Rating>> ratings() const;
  Result<std::vector<Movie>> movies() const;
};

// The run's snapshot: read from its folder, or taken and written there when this is the run's first
// task. The caller holds the pipeline lock.
Result<RunData> open_run_data(const RunContext& run, const RunFolder& folder);

// The present state, for no run.
Result<RunData> open_newest_data(const Config& config, Clock& clock, const Progress& progress);

}  // namespace marquee
