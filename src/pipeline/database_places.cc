#include <limits>

#include "features/features.h"
#include "lake/silver_features.h"
#include "lake/silver_forgetting.h"
#include "pipeline/user_places.h"
#include "pipeline/waiting_events.h"
#include "store/rating_store.h"
#include "stream/journal.h"

namespace marquee {
namespace {

// storage.mode embedded: marquee.db, journal.db and silver/ of the data dir.
class DatabasePlaces final : public UserPlaces {
 public:
  DatabasePlaces(const Config& config, const UserMentions& users, RatingStore store,
                 std::unique_ptr<ObjectStore> data_dir)
      : config_(config), users_(users), store_(std::move(store)), data_dir_(std::move(data_dir)) {}

  Status prepare() override { return apply_waiting_events(config_, store_); }

  Result<PlaceCounts> find() override {
    MARQUEE_ASSIGN(const auto rows, store_.traces_of(users_.users(), names_them()));
    MARQUEE_ASSIGN(const std::int64_t applied, applied_offset());
    MARQUEE_ASSIGN(const std::int64_t events,
                   count_in_journal(config_.data_dir, applied, names_them()));
    MARQUEE_ASSIGN(silver_, find_in_silver(*data_dir_, users_, 1));
    return PlaceCounts{{"database: ratings", rows.ratings},
                       {"database: replaced ratings", rows.superseded},
                       {"database: user features", rows.features},
                       {"database: dead letters", rows.dead_letters},
                       {"journal", events},
                       {"Silver: user features", silver_.features}};
  }

  // Also where nothing was counted: a call that was killed may have left bytes in the files.
  Result<bool> remove() override {
    MARQUEE_TRY(store_.forget(users_.users(), names_them()));
    MARQUEE_ASSIGN(const std::int64_t applied, applied_offset());
    MARQUEE_TRY(forget_in_journal(config_.data_dir, applied, names_them()));
    if (silver_.features > 0) MARQUEE_TRY(write_silver());
    return true;
  }

  // What is applied is applied: the transaction sees to it.
  Status check_undisturbed() override { return {}; }

  Result<std::vector<std::string>> models_elsewhere() override {
    return std::vector<std::string>();
  }

 private:
  std::function<bool(std::string_view)> names_them() const {
    return [this](std::string_view payload) { return users_.are_in(payload); };
  }
  // Before which the journal, whose one partition is 0, is applied. One that was left behind when
  // Kafka took its place is read by nobody.
  Result<std::int64_t> applied_offset() {
    if (config_.stream.kind != "journal") return std::numeric_limits<std::int64_t>::max();
    MARQUEE_ASSIGN(const Snapshot snapshot, store_.snapshot());
    for (const Snapshot::Offset& offset : snapshot.offsets)
      if (offset.topic == config_.kafka.topic && offset.partition == 0) return offset.next_offset;
    return 0;
  }
  Status write_silver() {
    MARQUEE_ASSIGN(const Snapshot snapshot, store_.snapshot());
    MARQUEE_ASSIGN(const auto ratings, store_.read_ratings(snapshot));
    return write_silver_features(config_.data_dir, config_.silver, user_features(ratings),
                                 movie_features(ratings));
  }

  const Config& config_;
  const UserMentions& users_;
  RatingStore store_;
  std::unique_ptr<ObjectStore> data_dir_;
  SilverTraces silver_;  // of the last find()
};

}  // namespace

Result<std::unique_ptr<UserPlaces>> open_database_places(const Config& config,
                                                         const UserMentions& users) {
  // One that is not there is an error, not an empty one that is made.
  MARQUEE_TRY(RatingStore::open(config.data_dir, sqlite::Access::kReadOnly));
  MARQUEE_ASSIGN(RatingStore store, RatingStore::open(config.data_dir, sqlite::Access::kReadWrite));
  MARQUEE_ASSIGN(auto data_dir, open_local_store(config.data_dir));
  return std::make_unique<DatabasePlaces>(config, users, std::move(store), std::move(data_dir));
}

}  // namespace marquee
