#include <algorithm>
#include <limits>
#include <set>
#include <thread>

#include "core/durable_file.h"
#include "dynamodb/feature_tables.h"
#include "features/features.h"
#include "ingest/consumer_lock.h"
#include "lake/bronze_forgetting.h"
#include "lake/running_deltas.h"
#include "lake/silver_forgetting.h"
#include "pipeline/lake_compaction.h"
#include "pipeline/run_source.h"
#include "pipeline/user_places.h"
#include "pipeline/waiting_users.h"
#include "registry/models_with_users.h"
#include "stream/journal.h"

namespace marquee {
namespace {

constexpr int kStoreThreads = 8;  // they wait for the store, mostly
constexpr TimeMicros kMemberPatience = 15 * kMicrosPerSecond;
// Of one step of compacting everything anew: bounds its memory to some 800 MB.
constexpr std::int64_t kEventsPerStep = 16'000'000;

// Of every partition the offset `step` parts of `steps` on the way.
OffsetVector part_of(const OffsetVector& whole, std::int64_t step, std::int64_t steps) {
  OffsetVector part = whole;
  for (TopicOffset& offset : part)
    offset.next_offset =
        offset.next_offset / steps * step + offset.next_offset % steps * step / steps;
  return normalised(std::move(part));
}

std::int64_t steps_to(const OffsetVector& offsets) {
  std::int64_t events = 0;
  for (const TopicOffset& offset : offsets) events += offset.next_offset;
  return 1 + events / kEventsPerStep;
}

// storage.mode aws. Bronze comes last: as long as a line of the users is there, what was derived
// from it can be found and made anew, so that a call that was killed can be repeated.
class LakePlaces final : public UserPlaces {
 public:
  LakePlaces(const Config& config, Clock& clock, const UserMentions& users,
             const Progress& progress, std::unique_ptr<ObjectStore> store,
             std::unique_ptr<FeatureTables> tables)
      : config_(config),
        clock_(clock),
        users_(users),
        progress_(progress),
        store_(std::move(store)),
        tables_(std::move(tables)) {}

  Status prepare() override {
    MARQUEE_ASSIGN(auto alone, keep_consumers_away(config_.data_dir));
    alone_.emplace(std::move(alone));
    MARQUEE_TRY(wait_for_no_members());
    tell("reading the events that wait in the stream", 0);
    MARQUEE_ASSIGN(const std::int64_t waiting, count_waiting(config_, users_));
    if (waiting == 0) return {};
    return fail(
        ErrorCode::kUnavailable,
        fmt::format("{} events of these users wait in the stream and would come back", waiting),
        config_.kafka.topic,
        "consume them first: marquee consume --exit-when-idle 5; then run it again");
  }

  Result<PlaceCounts> find() override {
    tell("reading Bronze", 0.1);
    MARQUEE_ASSIGN(bronze_, find_in_bronze(*store_, users_, kStoreThreads));
    tell("reading Silver", 0.2);
    MARQUEE_ASSIGN(silver_, find_in_silver(*store_, users_, kStoreThreads));
    MARQUEE_ASSIGN(const auto items, tables_->count_rows(EntityKind::kUser, users_.users()));
    MARQUEE_ASSIGN(const std::int64_t applied, applied_offset());
    MARQUEE_ASSIGN(const std::int64_t events,
                   count_in_journal(config_.data_dir, applied, names_them()));
    return PlaceCounts{
        {"Bronze: events", bronze_.events},        {"Bronze: dead letters", bronze_.dead_letters},
        {"Silver: ratings", silver_.ratings},      {"Silver: user features", silver_.features},
        {"Silver: running rows", silver_.running}, {"DynamoDB: user features", items.nightly},
        {"DynamoDB: running rows", items.running}, {"journal", events}};
  }

  Result<bool> remove() override {
    const bool counted = bronze_.events + silver_.ratings + silver_.features > 0;
    if (counted) MARQUEE_TRY(derive_anew());
    MARQUEE_TRY(remove_rows());
    tell("rewriting Bronze", 0.8);
    MARQUEE_TRY(forget_in_bronze(*store_, users_, kStoreThreads));
    MARQUEE_ASSIGN(const std::int64_t applied, applied_offset());
    MARQUEE_TRY(forget_in_journal(config_.data_dir, applied, names_them()));
    return counted;
  }

  Status check_undisturbed() override { return check_no_members(); }

  Result<std::vector<std::string>> models_elsewhere() override {
    return published_models_with(*store_, users_.users());
  }

 private:
  void tell(std::string_view step, double share) const {
    if (progress_) progress_(step, share);
  }
  std::function<bool(std::string_view)> names_them() const {
    return [this](std::string_view payload) { return users_.are_in(payload); };
  }

  Status check_no_members() const {
    MARQUEE_ASSIGN(const std::int64_t members, group_members(config_));
    if (members == 0) return {};
    return fail(ErrorCode::kUnavailable,
                fmt::format("{} consumers are running: they hold statistics of the users in "
                            "memory and would write them again",
                            members),
                "consumer group " + config_.kafka.group,
                "stop every marquee consume (SIGTERM), run it again, and start them afterwards");
  }

  // Consumers that have just ended are members until the brokers have missed them.
  Status wait_for_no_members() const {
    const TimeMicros deadline = clock_.now() + kMemberPatience;
    for (;;) {
      Status checked = check_no_members();
      const bool may_pass = !checked && checked.error().code == ErrorCode::kUnavailable;
      if (!may_pass || clock_.now() >= deadline) return checked;
      tell("waiting until consumers that ended are forgotten", 0);
      clock_.sleep_until(clock_.now() + kMicrosPerSecond, {});
    }
  }

  // Before which the journal is consumed; see count_in_journal(). Without one: everything.
  Result<std::int64_t> applied_offset() const {
    if (config_.stream.kind != "journal") return std::numeric_limits<std::int64_t>::max();
    MARQUEE_ASSIGN(const auto stream, stream_progress(config_));
    return stream.empty() ? 0 : stream.front().committed.value_or(0);
  }

  // What is consumed, imported or compacted.
  Result<OffsetVector> present_offsets() {
    MARQUEE_ASSIGN(const StoredManifest present, present_manifest(*store_));
    MARQUEE_ASSIGN(OffsetVector offsets, import_offsets(*store_));
    MARQUEE_ASSIGN(const auto stream, stream_progress(config_));
    for (const StreamProgress& partition : stream)
      offsets.push_back({partition.partition.topic, partition.partition.partition,
                         partition.committed.value_or(0)});
    return united(normalised(std::move(offsets)), present.manifest.offsets);
  }

  // Ratings, nightly features and their tables, from Bronze without the users.
  Status derive_anew() {
    MARQUEE_ASSIGN(const OffsetVector offsets, present_offsets());
    MARQUEE_TRY(compact_anew(offsets));
    Snapshot snapshot;
    for (const TopicOffset& offset : offsets)
      snapshot.offsets.push_back({offset.topic, offset.partition, offset.next_offset});
    MARQUEE_ASSIGN(const auto source, open_run_source(config_, clock_, clock_.now()));
    MARQUEE_ASSIGN(const auto ratings, source->read_ratings(snapshot));
    const auto movies = movie_features(ratings);
    MARQUEE_TRY(source->write_features(snapshot, user_features(ratings), movies, progress_));
    return remove_unrated(movies);
  }

  Status compact_anew(const OffsetVector& offsets) {
    tell("compacting the ratings of others", 0.3);
    MARQUEE_TRY(start_ratings_anew(*store_));
    const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const auto users = users_.users();
    const CompactionOptions options{
        .events = config_.events, .threads = threads, .without = {users.begin(), users.end()}};
    const std::int64_t steps = steps_to(offsets);
    for (std::int64_t step = 1; step <= steps; ++step)
      MARQUEE_TRY(compact_beside_others(*store_, part_of(offsets, step, steps), options, {}));
    MARQUEE_TRY(sweep_ratings(*store_, 1, [](const RatingManifest&) { return false; }));
    return {};
  }

  // A night writes the movies that have ratings; the others keep rows that only the users made.
  Status remove_unrated(const std::vector<MovieFeatures>& rated) {
    std::vector<MovieId> unrated;
    std::ranges::copy_if(bronze_.movies, std::back_inserter(unrated), [&](MovieId movie) {
      return !std::ranges::binary_search(rated, movie, {}, &MovieFeatures::movie);
    });
    return tables_->remove_nightly(EntityKind::kMovie, unrated);
  }

  // Running rows of the movies go, too: they hold the users' ratings in their sums, and a consumer
  // that is killed may have written them past what it had committed. The next one goes on from the
  // nightly rows, which were written for the committed offsets just now.
  Status remove_rows() {
    tell("removing rows", 0.7);
    const std::vector<MovieId> movies(bronze_.movies.begin(), bronze_.movies.end());
    MARQUEE_TRY(tables_->remove_nightly(EntityKind::kUser, users_.users()));
    MARQUEE_TRY(tables_->remove_running(EntityKind::kUser, users_.users()));
    MARQUEE_TRY(tables_->remove_running(EntityKind::kMovie, movies));
    MARQUEE_TRY(forget_running_deltas(*store_, EntityKind::kUser, users_.users()));
    return forget_running_deltas(*store_, EntityKind::kMovie, movies);
  }

  const Config& config_;
  Clock& clock_;
  const UserMentions& users_;
  const Progress& progress_;
  std::unique_ptr<ObjectStore> store_;
  std::unique_ptr<FeatureTables> tables_;
  std::optional<FileLock> alone_;
  BronzeTraces bronze_;  // of the last find()
  SilverTraces silver_;
};

}  // namespace

Result<std::unique_ptr<UserPlaces>> open_lake_places(const Config& config, Clock& clock,
                                                     const UserMentions& users,
                                                     const Progress& progress) {
  MARQUEE_ASSIGN(auto store, open_object_store(config));
  MARQUEE_ASSIGN(auto tables, open_feature_tables(config));
  return std::make_unique<LakePlaces>(config, clock, users, progress, std::move(store),
                                      std::move(tables));
}

}  // namespace marquee
