#include "store/rating_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/durable_file.h"
#include "store/movie_row.h"
#include "store/schema.h"
#include "store/store_state.h"
#include "store/time_column.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

Status check_readable(sqlite::Database& database) {
  MARQUEE_ASSIGN(const std::int64_t version, sqlite::schema_version(database));
  if (version == kStoreSchema) return {};
  if (version < kStoreSchema)
    return fail(ErrorCode::kUnavailable,
                fmt::format("the database has the older schema version {}", version),
                database.path().string(),
                "run 'marquee consume --exit-when-idle 0' once to bring it up to date");
  return fail(ErrorCode::kUsage,
              fmt::format("the database has schema version {}, this program knows up to {}",
                          version, kStoreSchema),
              database.path().string(),
              "use the newer marquee that wrote it, or another --data-dir");
}

// A read transaction: every statement until it ends sees the same state.
class ReadState {
 public:
  static Result<ReadState> begin(sqlite::Database& database) {
    MARQUEE_TRY(database.execute("BEGIN"));
    return ReadState(database);
  }
  ReadState(ReadState&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  ReadState& operator=(ReadState&&) = delete;
  ~ReadState() {
    if (database_ != nullptr) (void)database_->execute("ROLLBACK");
  }

 private:
  explicit ReadState(sqlite::Database& database) : database_(&database) {}
  sqlite::Database* database_;
};

Result<std::int64_t> counter(sqlite::Database& database, std::string_view name) {
  MARQUEE_ASSIGN(auto statement, database.prepare("SELECT value FROM counters WHERE name = ?"));
  MARQUEE_ASSIGN(const bool row, statement.bind(0, name).step());
  return row ? statement.integer(0) : 0;
}

Status check_kept(sqlite::Database& database, const Snapshot& snapshot) {
  MARQUEE_ASSIGN(const std::int64_t pruned, counter(database, "pruned"));
  if (snapshot.sequence >= pruned) return {};
  return fail(ErrorCode::kNotFound,
              fmt::format("the snapshot at {} can no longer be read: history before {} was pruned",
                          snapshot.sequence, pruned),
              database.path().string(), "start a new run");
}

Rating rating_at(const sqlite::Statement& row) {
  return {row.integer(0), row.integer(1), static_cast<float>(row.real(2)), time_at(row, 3)};
}

// Appends what `sql`, with its parameters bound to `sequence`, gives.
Status append_ratings(sqlite::Database& database, std::string_view sql, const Snapshot& snapshot,
                      std::vector<Rating>& ratings) {
  MARQUEE_ASSIGN(auto statement, database.prepare(sql));
  statement.bind(0, snapshot.sequence);
  for (;;) {
    MARQUEE_ASSIGN(const bool row, statement.step());
    if (!row) return {};
    ratings.push_back(rating_at(statement));
  }
}

Result<std::vector<Snapshot::Offset>> read_offsets(sqlite::Database& database) {
  std::vector<Snapshot::Offset> offsets;
  MARQUEE_ASSIGN(auto statement,
                 database.prepare(R"(SELECT name, "partition", next_offset FROM offsets
    JOIN topics USING(topic_id) ORDER BY name, "partition")"));
  for (;;) {
    MARQUEE_ASSIGN(const bool row, statement.step());
    if (!row) return offsets;
    offsets.push_back({std::string(statement.text(0)),
                       static_cast<std::int32_t>(statement.integer(1)), statement.integer(2)});
  }
}

}  // namespace

RatingStore::RatingStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
RatingStore::RatingStore(RatingStore&&) noexcept = default;
RatingStore::~RatingStore() = default;

Result<RatingStore> RatingStore::open(const fs::path& data_dir, sqlite::Access access) {
  const fs::path path = data_dir / "marquee.db";
  if (access == sqlite::Access::kReadOnly && !fs::exists(path))
    return fail(ErrorCode::kNotFound, "there is no database", path.string(),
                "import ratings first: marquee import --ratings FILE --movies FILE");
  if (access == sqlite::Access::kReadWrite) MARQUEE_TRY(make_folders(data_dir));
  MARQUEE_ASSIGN(auto database, sqlite::Database::open(path, access));
  MARQUEE_TRY(access == sqlite::Access::kReadWrite
                  ? sqlite::migrate(database, kStoreApplicationId, {kStoreSchema1})
                  : check_readable(database));
  return RatingStore(std::make_unique<State>(std::move(database)));
}

Result<Snapshot> RatingStore::snapshot() {
  sqlite::Database& database = state_->database;
  MARQUEE_ASSIGN(const ReadState state, ReadState::begin(database));
  Snapshot snapshot;
  MARQUEE_ASSIGN(snapshot.sequence, counter(database, "sequence"));
  MARQUEE_ASSIGN(snapshot.rating_count, counter(database, "ratings"));
  MARQUEE_ASSIGN(snapshot.accepted_events, counter(database, "accepted"));
  MARQUEE_ASSIGN(snapshot.dead_letters, counter(database, "dead"));
  MARQUEE_ASSIGN(snapshot.offsets, read_offsets(database));
  return snapshot;
}

Result<std::vector<Rating>> RatingStore::read_ratings(const Snapshot& snapshot) {
  sqlite::Database& database = state_->database;
  MARQUEE_ASSIGN(const ReadState state, ReadState::begin(database));
  MARQUEE_TRY(check_kept(database, snapshot));
  std::vector<Rating> ratings;
  ratings.reserve(static_cast<std::size_t>(snapshot.rating_count));
  MARQUEE_TRY(
      append_ratings(database,
                     "SELECT user_id, movie_id, rating, time FROM ratings WHERE sequence <= ?1 "
                     "ORDER BY user_id, movie_id",
                     snapshot, ratings));
  const auto current = static_cast<std::ptrdiff_t>(ratings.size());
  MARQUEE_TRY(
      append_ratings(database,
                     "SELECT user_id, movie_id, rating, time FROM superseded_ratings "
                     "WHERE until_sequence > ?1 AND sequence <= ?1 ORDER BY user_id, movie_id",
                     snapshot, ratings));
  std::ranges::inplace_merge(ratings, ratings.begin() + current, {},
                             [](const Rating& r) { return std::pair(r.user, r.movie); });
  return ratings;
}

Result<std::vector<Movie>> RatingStore::read_movies(const Snapshot& snapshot) {
  MARQUEE_ASSIGN(const ReadState state, ReadState::begin(state_->database));
  MARQUEE_TRY(check_kept(state_->database, snapshot));
  MARQUEE_ASSIGN(auto statement, state_->database.prepare(R"(
    SELECT movie_id, title, genres, year, tags FROM movies WHERE sequence <= ?1
    UNION ALL
    SELECT movie_id, title, genres, year, tags FROM superseded_movies
    WHERE until_sequence > ?1 AND sequence <= ?1
    ORDER BY movie_id)"));
  statement.bind(0, snapshot.sequence);
  std::vector<Movie> movies;
  for (;;) {
    MARQUEE_ASSIGN(const bool row, statement.step());
    if (!row) return movies;
    MARQUEE_ASSIGN(auto movie, movie_at(statement));
    movies.push_back(std::move(movie));
  }
}

Status RatingStore::prune_history(std::int64_t sequence) {
  MARQUEE_ASSIGN(auto transaction, sqlite::Transaction::begin(state_->database));
  MARQUEE_TRY(state_->database.execute(
      fmt::format("DELETE FROM superseded_ratings WHERE until_sequence <= {0};"
                  "DELETE FROM superseded_movies WHERE until_sequence <= {0};"
                  "UPDATE counters SET value = MAX(value, {0}) WHERE name = 'pruned'",
                  sequence)));
  return transaction.commit();
}

Result<std::optional<UserFeatures>> RatingStore::user_features(UserId user) {
  MARQUEE_ASSIGN(auto row,
                 state_->database.prepare("SELECT avg_rating, rating_count, std_dev, last_update "
                                          "FROM user_features WHERE user_id = ?"));
  MARQUEE_ASSIGN(const bool exists, row.bind(0, user).step());
  if (!exists) return std::nullopt;
  return UserFeatures{user, row.real(0), row.integer(1), row.real(2), time_at(row, 3)};
}

Result<std::optional<MovieFeatures>> RatingStore::movie_features(MovieId movie) {
  MARQUEE_ASSIGN(
      auto row, state_->database.prepare("SELECT avg_rating, rating_count, popularity, last_update "
                                         "FROM movie_features WHERE movie_id = ?"));
  MARQUEE_ASSIGN(const bool exists, row.bind(0, movie).step());
  if (!exists) return std::nullopt;
  return MovieFeatures{movie, row.real(0), row.integer(1), row.real(2), time_at(row, 3)};
}

Result<std::vector<Rating>> RatingStore::ratings_of(UserId user, std::int64_t limit) {
  MARQUEE_ASSIGN(auto statement, state_->database.prepare(
                                     "SELECT user_id, movie_id, rating, time FROM ratings "
                                     "WHERE user_id = ? ORDER BY time DESC, movie_id LIMIT ?"));
  statement.bind(0, user).bind(1, limit);
  std::vector<Rating> ratings;
  for (;;) {
    MARQUEE_ASSIGN(const bool row, statement.step());
    if (!row) return ratings;
    ratings.push_back(rating_at(statement));
  }
}

Result<std::vector<RatingStore::DeadLetterCount>> RatingStore::dead_letter_counts() {
  MARQUEE_ASSIGN(auto statement,
                 state_->database.prepare(
                     "SELECT reason, COUNT(*) FROM dead_letters GROUP BY reason ORDER BY reason"));
  std::vector<DeadLetterCount> counts;
  for (;;) {
    MARQUEE_ASSIGN(const bool row, statement.step());
    if (!row) return counts;
    counts.push_back({std::string(statement.text(0)), statement.integer(1)});
  }
}

}  // namespace marquee
