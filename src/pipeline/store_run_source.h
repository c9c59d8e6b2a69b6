// Runs of the embedded mode read the data dir's database.
#pragma once

#include "pipeline/run_source.h"

namespace marquee {

class StoreRunSource final : public RunSource {
 public:
  static Result<std::unique_ptr<RunSource>> open(const Config& config);

  Result<Snapshot> take_snapshot(const Progress& progress) override;
  Result<std::vector<Rating>> read_ratings(const Snapshot& snapshot) override;
  Result<std::vector<Movie>> read_movies(const Snapshot& snapshot) override;
  // The snapshot's own counts.
  Result<EventFindings> examine_events(const Snapshot& snapshot) override;
  Status check_readable() override;
  // The tables follow every event, so they are counted anew from the ratings of this moment, not of
  // the snapshot: nothing newer is undone.
  Result<FeatureRepair> write_features(const Snapshot& snapshot,
                                       std::span<const UserFeatures> users,
                                       std::span<const MovieFeatures> movies,
                                       const Progress& progress) override;
  Status keep_only(std::span<const Snapshot> snapshots) override;

 private:
  StoreRunSource(const Config& config, RatingStore store)
      : config_(config), store_(std::move(store)) {}

  const Config& config_;
  RatingStore store_;
};

}  // namespace marquee
