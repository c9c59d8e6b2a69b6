#include "pipeline/store_run_source.h"

#include "lake/silver_features.h"
#include "pipeline/waiting_events.h"

namespace marquee {

Result<std::unique_ptr<RunSource>> StoreRunSource::open(const Config& config) {
  MARQUEE_ASSIGN(RatingStore store, RatingStore::open(config.data_dir, sqlite::Access::kReadWrite));
  return std::unique_ptr<RunSource>(new StoreRunSource(config, std::move(store)));
}

// Events that wait in the stream are applied first: every rating accepted before a run is in it.
Result<Snapshot> StoreRunSource::take_snapshot(const Progress&) {
  MARQUEE_TRY(apply_waiting_events(config_, store_));
  return store_.snapshot();
}

Result<std::vector<Rating>> StoreRunSource::read_ratings(const Snapshot& snapshot) {
  return store_.read_ratings(snapshot);
}

Result<std::vector<Movie>> StoreRunSource::read_movies(const Snapshot& snapshot) {
  return store_.read_movies(snapshot);
}

Result<EventFindings> StoreRunSource::examine_events(const Snapshot& snapshot) {
  return EventFindings{.accepted_events = snapshot.accepted_events,
                       .dead_letters = snapshot.dead_letters};
}

Status StoreRunSource::check_readable() {
  MARQUEE_ASSIGN(auto database, sqlite::Database::open(config_.data_dir / "marquee.db",
                                                       sqlite::Access::kReadOnly));
  for (const char* table :
       {"ratings", "user_features", "movie_features", "movies", "dead_letters"}) {
    MARQUEE_ASSIGN(auto rows, database.prepare(fmt::format("SELECT count(*) FROM {}", table)));
    MARQUEE_TRY(rows.step());
  }
  return {};
}

Result<FeatureRepair> StoreRunSource::write_features(const Snapshot&,
                                                     std::span<const UserFeatures> users,
                                                     std::span<const MovieFeatures> movies,
                                                     const Progress& progress) {
  if (progress) progress("refreshing the feature tables", 0.5);
  MARQUEE_ASSIGN(RatingStore::Writer writer, store_.write());
  MARQUEE_ASSIGN(const FeatureRepair repaired, writer.repair_features());
  MARQUEE_TRY(writer.commit());
  if (progress) progress("writing silver files", 0.7);
  MARQUEE_TRY(write_silver_features(config_.data_dir, config_.silver, users, movies));
  return repaired;
}

Status StoreRunSource::keep_only(std::span<const Snapshot> snapshots) {
  if (snapshots.empty()) return {};
  return store_.prune_history(std::ranges::min(snapshots, {}, &Snapshot::sequence).sequence);
}

}  // namespace marquee
