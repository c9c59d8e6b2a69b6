#include "cli/lake_parts.h"

#include "core/random_name.h"
#include "ingest/consumer_lock.h"
#include "ingest/lake_consumer.h"
#include "ingest/running_outlet.h"
#include "lake/catalogue.h"
#include "lake/import_events.h"
#include "lake/silver_ratings.h"
#include "objects/object_store.h"

namespace marquee::cli {
namespace {

constexpr int kUploadThreads = 4;
constexpr int kReadingThreads = 4;

}  // namespace

Result<ConsumedCounts> consume_into_lake(const Config& config, Clock& clock, std::stop_token stop,
                                         std::chrono::milliseconds idle) {
  MARQUEE_ASSIGN(const FileLock begun, begin_to_consume(config.data_dir));
  MARQUEE_ASSIGN(const auto lake, open_object_store(config));
  std::unique_ptr<FeatureTables> tables;
  if (config.ingest.running_features) {
    MARQUEE_ASSIGN(tables, open_feature_tables(config));
  }
  MARQUEE_ASSIGN(const auto source, open_source(config));
  BronzeWriter bronze(*lake, config.bronze, kUploadThreads);
  std::optional<RunningWriter> running;
  if (tables != nullptr)
    running.emplace(running_outlet(*tables, *lake), running_options(config.ingest), random_name);
  LakeConsumer consumer(*source, bronze, running ? &*running : nullptr, config, clock);
  return consumer.run(std::move(stop), idle);
}

Result<KnownRatings> read_known_ratings(const Config& config) {
  MARQUEE_ASSIGN(const auto lake, open_object_store(config));
  MARQUEE_ASSIGN(const StoredManifest compacted, present_manifest(*lake));
  MARQUEE_ASSIGN(const auto imports, completed_imports(*lake));
  OffsetVector offsets = compacted.manifest.offsets;
  for (const CompletedImport& import : imports)
    offsets.push_back({import.range.topic, import.range.partition, import.range.end});
  MARQUEE_ASSIGN(auto ratings,
                 read_ratings_as_of(*lake, normalised(std::move(offsets)),
                                    {.events = config.events, .threads = kReadingThreads}));
  MARQUEE_ASSIGN(auto catalogue, read_catalogue(*lake));
  return KnownRatings{std::move(ratings.ratings), std::move(catalogue.movies)};
}

Result<serving::StoredProfile> LakeProfiles::find(UserId user) {
  if (tables_ == nullptr) {
    MARQUEE_ASSIGN(tables_, open_feature_tables(config_));
  }
  MARQUEE_ASSIGN(const auto row, tables_->read_user(user));
  serving::StoredProfile profile;
  if (row) profile.features = row->features;
  return profile;
}

}  // namespace marquee::cli
