// store/ keeps what the flow has accepted: ratings, features, movies, dead letters and the offsets
// up to which the stream was applied, in <data-dir>/marquee.db (SQLite). It is given resolved
// facts; it hands on ratings as of a snapshot, and rows for look-ups.
//
// Tables: ratings, user_features, movie_features, movies, dead_letters, and for the program itself
// offsets, topics, counters, superseded_ratings, superseded_movies. See docs/formats/database.md.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/features.h"
#include "core/rating.h"
#include "sqlite/database.h"

namespace marquee {

struct DeadLetter {
  Provenance source;
  TimeMicros record_time = 0;
  std::string reason;  // name_of(Rejection)
  std::string detail;
  std::string payload;  // the bytes as they came
};

// A fixed point in the history of the store: every rating and movie accepted before it is in, none
// after it.
struct Snapshot {
  std::int64_t sequence = 0;         // the last change that is in
  std::int64_t rating_count = 0;     // ratings that read_ratings will give
  std::int64_t accepted_events = 0;  // ratings ever applied, those that replaced another included
  std::int64_t dead_letters = 0;     // ever recorded
  struct Offset {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t next_offset = 0;  // exclusive
    friend bool operator==(const Offset&, const Offset&) = default;
  };
  std::vector<Offset>
      offsets;  // of every topic and partition that was consumed, by topic and partition
  // storage.mode aws: the version of silver/ratings/ and of the catalogue that was present.
  std::int64_t manifest_version = 0;
  std::string catalogue_version = {};
};
// Whether both read the same: nothing was accepted between them.
bool same_data(const Snapshot& a, const Snapshot& b);
std::string to_json(const Snapshot& snapshot);
Result<Snapshot> snapshot_from_json(std::string_view json);

// How many rows of the feature tables were not what the ratings say.
struct FeatureRepair {
  std::int64_t users = 0;
  std::int64_t movies = 0;
};

// One connection; for one thread at a time. Several processes may have the store open at once.
class RatingStore {
 public:
  // Opens <data_dir>/marquee.db; kReadWrite makes folder and file when missing and migrates an
  // older schema. A newer schema is refused. kReadOnly on a missing file: kNotFound.
  static Result<RatingStore> open(const std::filesystem::path& data_dir, sqlite::Access access);
  RatingStore(RatingStore&&) noexcept;
  ~RatingStore();

  // All changes of one batch, durable together at commit(); rolled back when destroyed before it.
  // Holds the database's write lock.
  class Writer {
   public:
    Writer(Writer&&) noexcept;
    ~Writer();
    // Applies one accepted rating: replaces the pair's present one when (time, source) is greater
    // in the contract's order, and keeps user_features and movie_features up to date. False: it
    // changed nothing.
    Result<bool> apply(const Rating& rating, const Provenance& source);
    Status add_dead_letter(const DeadLetter& letter);  // the same source twice is recorded once
    Result<bool> put_movie(const Movie& movie);        // false: the same row was there
    // The offset to read next; 0 when the partition was never seen.
    Result<std::int64_t> next_offset(std::string_view topic, std::int32_t partition);
    Status set_next_offset(std::string_view topic, std::int32_t partition, std::int64_t offset);
    // Computes both feature tables anew from the ratings as they are in this transaction, so that
    // nothing newer than a nightly snapshot is undone.
    Result<FeatureRepair> repair_features();
    Status commit();

   private:
    friend class RatingStore;
    struct State;
    explicit Writer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  Result<Writer> write();

  Result<Snapshot> snapshot();
  // Ratings as they stood at the snapshot, by (user, movie). kNotFound when a prune removed what it
  // needs.
  Result<std::vector<Rating>> read_ratings(const Snapshot& snapshot);
  // The catalogue as it stood at the snapshot, by id.
  Result<std::vector<Movie>> read_movies(const Snapshot& snapshot);
  // What the store holds of some users.
  struct UserTraces {
    std::int64_t ratings = 0;
    std::int64_t superseded = 0;
    std::int64_t features = 0;
    std::int64_t dead_letters = 0;
  };
  // Whether the bytes of a dead letter name one of the users.
  using NamesThem = std::function<bool(std::string_view payload)>;
  // Reads every dead letter.
  Result<UserTraces> traces_of(std::span<const UserId> users, const NamesThem& names_them);
  // Removes all of that in one transaction and computes the features of both kinds anew; then
  // writes the file anew, so that no byte of it can be read any more. Snapshots taken before give
  // what is left. When it fails, calling it again does the rest.
  Status forget(std::span<const UserId> users, const NamesThem& names_them);
  // Forgets superseded rows that only snapshots before `sequence` need.
  Status prune_history(std::int64_t sequence);

  Result<std::optional<UserFeatures>> user_features(UserId user);
  Result<std::optional<MovieFeatures>> movie_features(MovieId movie);
  // A user's ratings, newest first, at most `limit`.
  Result<std::vector<Rating>> ratings_of(UserId user, std::int64_t limit);
  struct DeadLetterCount {
    std::string reason;
    std::int64_t count = 0;
  };
  Result<std::vector<DeadLetterCount>> dead_letter_counts();

 private:
  struct State;
  explicit RatingStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace marquee
