#include "pipeline/lake_run_source.h"

#include <algorithm>
#include <thread>

#include "core/log.h"
#include "core/place.h"
#include "core/random_name.h"
#include "lake/bronze_sample.h"
#include "lake/catalogue.h"
#include "lake/silver_features.h"
#include "pipeline/lake_compaction.h"

namespace marquee {
namespace {

constexpr int kStoreThreads = 8;  // they wait for the store, mostly
constexpr int kSampledObjects = 5;

int reading_threads(const Config& config) {
  if (config.model.threads > 0) return static_cast<int>(config.model.threads);
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

OffsetVector offsets_of(const Snapshot& snapshot) {
  OffsetVector offsets;
  for (const Snapshot::Offset& offset : snapshot.offsets)
    offsets.push_back({offset.topic, offset.partition, offset.next_offset});
  return normalised(std::move(offsets));
}

std::int64_t sum_of(const OffsetVector& offsets) {
  std::int64_t sum = 0;
  for (const TopicOffset& offset : offsets) sum += offset.next_offset;
  return sum;
}

// Where the consumers must get, and where they are.
struct Distance {
  std::int64_t behind = 0;  // offsets
  std::string worst;        // for a person
};

Distance distance_to(const std::vector<StreamProgress>& wanted,
                     const std::vector<StreamProgress>& now) {
  Distance distance;
  std::int64_t most = 0;
  for (const StreamProgress& goal : wanted) {
    const auto found = std::ranges::find(now, goal.partition, &StreamProgress::partition);
    const std::int64_t at = found == now.end() ? goal.begin : found->committed.value_or(goal.begin);
    const std::int64_t behind = std::max<std::int64_t>(0, goal.end - std::max(at, goal.begin));
    distance.behind += behind;
    if (behind <= most) continue;
    most = behind;
    distance.worst = fmt::format("partition {} of {} is at {} of {}", goal.partition.partition,
                                 goal.partition.topic, at, goal.end);
  }
  return distance;
}

}  // namespace

LakeRunSource::LakeRunSource(const Config& config, Clock& clock, std::unique_ptr<ObjectStore> store,
                             LakeSurroundings surroundings)
    : config_(config),
      clock_(clock),
      store_(std::move(store)),
      surroundings_(std::move(surroundings)),
      options_{.events = config.events, .threads = reading_threads(config)} {}

Status LakeRunSource::wait_for_consumers(const std::vector<StreamProgress>& wanted,
                                         const Progress& progress) {
  const TimeMicros start = clock_.now();
  const TimeMicros patience = config_.ingest.snapshot_wait_seconds * kMicrosPerSecond;
  std::int64_t at_first = 0;
  for (;;) {
    MARQUEE_ASSIGN(const auto now, surroundings_.stream());
    const Distance distance = distance_to(wanted, now);
    if (distance.behind == 0) return {};
    at_first = std::max(at_first, distance.behind);
    if (progress)
      progress("waiting for the consumers",
               1 - static_cast<double>(distance.behind) / static_cast<double>(at_first));
    if (clock_.now() - start >= patience)
      return fail(ErrorCode::kUnavailable,
                  fmt::format("{} events were not consumed within {} s: is no consumer running?",
                              distance.behind, config_.ingest.snapshot_wait_seconds),
                  distance.worst,
                  "start one: marquee consume; or wait longer: ingest.snapshot_wait_seconds");
    clock_.sleep_until(std::min(clock_.now() + kMicrosPerSecond, start + patience), {});
  }
}

Result<Snapshot> LakeRunSource::take_snapshot(const Progress& progress) {
  MARQUEE_ASSIGN(const auto wanted, surroundings_.stream());
  MARQUEE_TRY(wait_for_consumers(wanted, progress));
  OffsetVector offsets;
  for (const StreamProgress& partition : wanted)
    offsets.push_back({partition.partition.topic, partition.partition.partition, partition.end});
  MARQUEE_ASSIGN(const OffsetVector imports, import_offsets(*store_));
  offsets.insert(offsets.end(), imports.begin(), imports.end());
  MARQUEE_ASSIGN(const StoredManifest present, present_manifest(*store_));
  // What was compacted meanwhile is durable, too, and read fastest when it is in.
  offsets = united(normalised(std::move(offsets)), present.manifest.offsets);
  MARQUEE_ASSIGN(Catalogue catalogue, read_catalogue(*store_));
  Snapshot snapshot;
  snapshot.sequence = sum_of(offsets);
  snapshot.manifest_version = present.manifest.version;
  snapshot.catalogue_version = std::move(catalogue.version);
  for (TopicOffset& offset : offsets)
    snapshot.offsets.push_back({std::move(offset.topic), offset.partition, offset.next_offset});
  return snapshot;
}

Result<std::vector<Rating>> LakeRunSource::read_ratings(const Snapshot& snapshot) {
  MARQUEE_ASSIGN(auto read, read_ratings_as_of(*store_, offsets_of(snapshot), options_));
  return std::move(read.ratings);
}

Result<std::vector<Movie>> LakeRunSource::read_movies(const Snapshot& snapshot) {
  MARQUEE_ASSIGN(auto catalogue, read_catalogue(*store_, snapshot.catalogue_version));
  return std::move(catalogue.movies);
}

// The version that was present when the snapshot was taken, so that a repeated examination looks at
// the same events.
Result<RatingManifest> LakeRunSource::base_of(const Snapshot& snapshot) {
  MARQUEE_ASSIGN(auto manifests, all_manifests(*store_));
  const auto found =
      std::ranges::find(manifests, snapshot.manifest_version, &RatingManifest::version);
  return found == manifests.end() ? RatingManifest{} : std::move(*found);
}

Result<EventFindings> LakeRunSource::examine_events(const Snapshot& snapshot) {
  const OffsetVector offsets = offsets_of(snapshot);
  MARQUEE_ASSIGN(const RatingManifest base, base_of(snapshot));
  EventFindings findings;
  MARQUEE_ASSIGN(findings.fresh, profile_events(*store_, base.offsets, offsets,
                                                {.events = config_.events,
                                                 .late_after = config_.validate.late_after_seconds *
                                                               kMicrosPerSecond,
                                                 .access_log_topic = config_.kafka.access_log_topic,
                                                 .threads = options_.threads}));
  MARQUEE_ASSIGN(const auto dead, dead_letters_below(*store_, offsets, kStoreThreads));
  for (const auto& [reason, count] : dead) findings.dead_letters += count;
  // Those that were forgotten since had been accepted: a volume must not shrink by them.
  findings.accepted_events =
      base.events + base.forgotten + findings.fresh->events + findings.fresh->forgotten;
  return findings;
}

Status LakeRunSource::check_readable() {
  MARQUEE_ASSIGN(const StoredManifest present, present_manifest(*store_));
  MARQUEE_TRY(check_ratings(*store_, present.manifest));
  return check_bronze_sample(*store_, kSampledObjects);
}

Status LakeRunSource::put_nightly(const OffsetVector& offsets, std::span<const UserFeatures> users,
                                  std::span<const MovieFeatures> movies, const Progress& progress) {
  if (!surroundings_.put_nightly) return {};
  const auto topics = topics_of(offsets);
  std::vector<EventTotals> user_totals, movie_totals;
  MARQUEE_TRY(read_event_totals(*store_, offsets, options_, [&](const EventTotals& row) -> Status {
    if (is_import(topics[static_cast<std::size_t>(row.topic)])) return {};
    (row.is_movie ? movie_totals : user_totals).push_back(row);
    return {};
  }));
  return surroundings_.put_nightly({users, movies, user_totals, movie_totals, topics, offsets},
                                   progress);
}

Result<FeatureRepair> LakeRunSource::drop_running(const NightWriter& night,
                                                  const OffsetVector& offsets) {
  MARQUEE_ASSIGN(const OffsetVector removable, agree_on_removal(*store_, night));
  FeatureRepair repaired;
  if (surroundings_.prune_running) {
    MARQUEE_ASSIGN(repaired, surroundings_.prune_running(offsets, removable));
  }
  if (surroundings_.drop_running_deltas)
    MARQUEE_TRY(surroundings_.drop_running_deltas(*store_, removable));
  return repaired;
}

Result<FeatureRepair> LakeRunSource::write_features(const Snapshot& snapshot,
                                                    std::span<const UserFeatures> users,
                                                    std::span<const MovieFeatures> movies,
                                                    const Progress& progress) {
  const OffsetVector offsets = offsets_of(snapshot);
  MARQUEE_TRY(compact_beside_others(*store_, offsets, options_, progress));
  const NightWriter night{random_name(), place_of(config_.data_dir), clock_.now()};
  MARQUEE_ASSIGN(const bool is_due, begin_night(*store_, night, offsets));
  if (!is_due) {
    spdlog::info("features stay as they are: a night that had read more has written them");
    return FeatureRepair{};
  }
  MARQUEE_TRY(put_nightly(offsets, users, movies, progress));
  if (progress) progress("writing silver files", 0.9);
  MARQUEE_TRY(write_silver_features(*store_, config_.silver, users, movies, kStoreThreads));
  MARQUEE_ASSIGN(const FeatureRepair repaired, drop_running(night, offsets));
  MARQUEE_TRY(end_night(*store_, night));
  return repaired;
}

Status LakeRunSource::keep_only(std::span<const Snapshot> snapshots) {
  if (snapshots.empty()) return {};
  const Snapshot& newest = snapshots.back();
  const OffsetVector offsets = offsets_of(newest);
  MARQUEE_TRY(
      sweep_ratings(*store_, config_.silver.keep_versions, [&](const RatingManifest& manifest) {
        return manifest.version == newest.manifest_version || manifest.offsets == offsets;
      }));
  std::vector<std::string> catalogues;
  for (const Snapshot& snapshot : snapshots) catalogues.push_back(snapshot.catalogue_version);
  return keep_catalogues(*store_, catalogues);
}

}  // namespace marquee
