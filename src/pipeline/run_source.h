// Where runs read: the database of the data dir (storage.mode embedded) or the lake (aws). Both
// give ratings and movies as of a snapshot, resolved by the contract's order.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/clock.h"
#include "core/config.h"
#include "core/features.h"
#include "core/rating.h"
#include "lake/event_profile.h"
#include "pipeline/tasks.h"
#include "store/rating_store.h"

namespace marquee {

// What is known of the events that made the ratings.
struct EventFindings {
  std::int64_t accepted_events = 0;  // valid ones ever, re-ratings counted again
  std::int64_t dead_letters = 0;     // ever
  // Of the events since the last compaction before the snapshot, where the source keeps events.
  std::optional<EventProfile> fresh = {};
};

// For one thread.
class RunSource {
 public:
  virtual ~RunSource() = default;

  // Fixes the present state: everything that was accepted before this call is in it. Waits for what
  // is still on its way.
  virtual Result<Snapshot> take_snapshot(const Progress& progress) = 0;

  // By (user, movie). Empty when there are none. kNotFound when the snapshot is too old to be read.
  virtual Result<std::vector<Rating>> read_ratings(const Snapshot& snapshot) = 0;
  // By id.
  virtual Result<std::vector<Movie>> read_movies(const Snapshot& snapshot) = 0;

  virtual Result<EventFindings> examine_events(const Snapshot& snapshot) = 0;

  // Reads a little of everything that is kept: kUnfit names what cannot be read.
  virtual Status check_readable() = 0;

  // Brings tables for look-ups and Silver files up to date with exact rows as of the snapshot;
  // increments that are newer stay. Gives how many rows of the tables were not what they should be.
  virtual Result<FeatureRepair> write_features(const Snapshot& snapshot,
                                               std::span<const UserFeatures> users,
                                               std::span<const MovieFeatures> movies,
                                               const Progress& progress) = 0;

  // Snapshots that are not among these, which are oldest first, will not be read again.
  virtual Status keep_only(std::span<const Snapshot> snapshots) = 0;
};

// The source of config.storage.mode. `config` and `clock` must outlive it; `run_time` is the moment
// that the run is named by, as of which features will be exact.
Result<std::unique_ptr<RunSource>> open_run_source(const Config& config, Clock& clock,
                                                   TimeMicros run_time);

}  // namespace marquee
