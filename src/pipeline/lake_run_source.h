// Runs of storage.mode aws read the lake: Bronze and what was compacted of it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lake/feature_nights.h"
#include "lake/silver_ratings.h"
#include "pipeline/nightly_features.h"
#include "pipeline/run_source.h"
#include "stream/event_stream.h"

namespace marquee {

// What a lake's runs stand on beside the lake.
struct LakeSurroundings {
  // stream_progress(config): how far each partition is filled, and consumed by the group.
  std::function<Result<std::vector<StreamProgress>>()> stream;
  PutNightly put_nightly = {};                 // empty: there are no tables for look-ups
  PruneRunning prune_running = {};             // there as is put_nightly
  DropRunningDeltas drop_running_deltas = {};  // empty: there are none
};

// A snapshot is a vector of offsets: the ends of all partitions as they are when it is asked for,
// once the consumers have made everything below them durable; every completed import; and whatever
// was compacted already. Snapshot::sequence is the sum of the offsets. How many of the events were
// valid is not known before they are read, so its counts are 0: see examine_events().
class LakeRunSource final : public RunSource {
 public:
  // `config` and `clock` must outlive it.
  LakeRunSource(const Config& config, Clock& clock, std::unique_ptr<ObjectStore> store,
                LakeSurroundings surroundings);

  // kUnavailable when the consumers are not there within ingest.snapshot_wait_seconds.
  Result<Snapshot> take_snapshot(const Progress& progress) override;
  Result<std::vector<Rating>> read_ratings(const Snapshot& snapshot) override;
  Result<std::vector<Movie>> read_movies(const Snapshot& snapshot) override;
  Result<EventFindings> examine_events(const Snapshot& snapshot) override;
  Status check_readable() override;
  // Compacts up to the snapshot first. Tables and files then hold what the snapshot says, and
  // running increments that it includes are dropped but for those that another night at work needs;
  // see lake/feature_nights.h. Writes nothing when a night with a later snapshot was here before.
  Result<FeatureRepair> write_features(const Snapshot& snapshot,
                                       std::span<const UserFeatures> users,
                                       std::span<const MovieFeatures> movies,
                                       const Progress& progress) override;
  // Of the compacted ratings stay silver.keep_versions and what the newest snapshot reads; older
  // snapshots can still be read, from an older version or Bronze, only not as fast.
  Status keep_only(std::span<const Snapshot> snapshots) override;

 private:
  Status wait_for_consumers(const std::vector<StreamProgress>& wanted, const Progress& progress);
  Result<RatingManifest> base_of(const Snapshot& snapshot);
  Status put_nightly(const OffsetVector& offsets, std::span<const UserFeatures> users,
                     std::span<const MovieFeatures> movies, const Progress& progress);
  Result<FeatureRepair> drop_running(const NightWriter& night, const OffsetVector& offsets);

  const Config& config_;
  Clock& clock_;
  std::unique_ptr<ObjectStore> store_;
  LakeSurroundings surroundings_;
  CompactionOptions options_;
};

}  // namespace marquee
