#include <fmt/format.h>

#include "store/feature_rows.h"
#include "store/movie_row.h"
#include "store/store_state.h"
#include "store/time_column.h"
#include "store/topic_names.h"

namespace marquee {
namespace {

// Counters that a transaction reads at its start and writes at its end.
struct Counters {
  std::int64_t sequence = 0;
  std::int64_t ratings = 0;
  std::int64_t accepted = 0;
  std::int64_t dead = 0;
};

Result<Counters> read_counters(sqlite::Database& database) {
  Counters counters;
  MARQUEE_ASSIGN(auto statement, database.prepare("SELECT name, value FROM counters"));
  for (;;) {
    MARQUEE_ASSIGN(const bool row, statement.step());
    if (!row) return counters;
    const std::string_view name = statement.text(0);
    const std::int64_t value = statement.integer(1);
    if (name == "sequence") counters.sequence = value;
    if (name == "ratings") counters.ratings = value;
    if (name == "accepted") counters.accepted = value;
    if (name == "dead") counters.dead = value;
  }
}

Status write_counters(sqlite::Database& database, const Counters& counters) {
  return database.execute(
      fmt::format("INSERT OR REPLACE INTO counters VALUES('sequence', {}), ('ratings', {}), "
                  "('accepted', {}), ('dead', {})",
                  counters.sequence, counters.ratings, counters.accepted, counters.dead));
}

// The rating that counts for a pair at present.
struct PresentRating {
  double value = 0;
  RatingOrder order;
  std::int64_t sequence = 0;
};

}  // namespace

struct RatingStore::Writer::State {
  State(sqlite::Database& db, sqlite::Transaction open)
      : database(db), transaction(std::move(open)) {}

  Status prepare();
  Result<std::optional<PresentRating>> present_rating(const Rating& rating);
  Status supersede_rating(const Rating& by, const PresentRating& present);
  Status put_rating(const Rating& rating, const Provenance& source);
  Status count_features(const Rating& rating, const std::optional<PresentRating>& before);
  Status bind_place(sqlite::Statement& statement, int index, const Provenance& source);

  sqlite::Database& database;
  sqlite::Transaction transaction;
  Counters counters;
  TopicNames topics;
  FeatureRows users, movies;
  sqlite::Statement find_rating, keep_rating, insert_rating;
  sqlite::Statement find_movie, keep_movie, insert_movie;
  sqlite::Statement insert_letter, find_offset, insert_offset;
};

Status RatingStore::Writer::State::prepare() {
  MARQUEE_ASSIGN(counters, read_counters(database));
  MARQUEE_ASSIGN(topics, TopicNames::prepare(database));
  MARQUEE_ASSIGN(users, FeatureRows::prepare(database, FeatureTable::kUsers));
  MARQUEE_ASSIGN(movies, FeatureRows::prepare(database, FeatureTable::kMovies));
  MARQUEE_ASSIGN(find_rating,
                 database.prepare(R"(SELECT rating, time, source_kind, topic_id, "partition",
    "offset", sequence FROM ratings WHERE user_id = ? AND movie_id = ?)"));
  MARQUEE_ASSIGN(keep_rating,
                 database.prepare("INSERT INTO superseded_ratings VALUES(?, ?, ?, ?, ?, ?)"));
  MARQUEE_ASSIGN(
      insert_rating,
      database.prepare("INSERT OR REPLACE INTO ratings VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  MARQUEE_ASSIGN(find_movie, database.prepare(
                                 "SELECT movie_id, title, genres, year, tags, sequence FROM movies "
                                 "WHERE movie_id = ?"));
  MARQUEE_ASSIGN(keep_movie,
                 database.prepare("INSERT INTO superseded_movies VALUES(?, ?, ?, ?, ?, ?, ?)"));
  MARQUEE_ASSIGN(insert_movie,
                 database.prepare("INSERT OR REPLACE INTO movies VALUES(?, ?, ?, ?, ?, ?)"));
  MARQUEE_ASSIGN(
      insert_letter,
      database.prepare("INSERT OR IGNORE INTO dead_letters VALUES(?, ?, ?, ?, ?, ?, ?, ?)"));
  MARQUEE_ASSIGN(find_offset,
                 database.prepare(
                     R"(SELECT next_offset FROM offsets WHERE topic_id = ? AND "partition" = ?)"));
  MARQUEE_ASSIGN(insert_offset, database.prepare("INSERT OR REPLACE INTO offsets VALUES(?, ?, ?)"));
  return {};
}

Result<std::optional<PresentRating>> RatingStore::Writer::State::present_rating(
    const Rating& rating) {
  MARQUEE_ASSIGN(const bool exists, find_rating.bind(0, rating.user).bind(1, rating.movie).step());
  if (!exists) return std::nullopt;
  PresentRating present;
  present.value = find_rating.real(0);
  present.sequence = find_rating.integer(6);
  present.order.time = time_at(find_rating, 1);
  present.order.source.kind = static_cast<SourceKind>(find_rating.integer(2));
  present.order.source.partition = static_cast<std::int32_t>(find_rating.integer(4));
  present.order.source.offset = find_rating.integer(5);
  const std::int64_t topic = find_rating.integer(3);
  find_rating.reset();
  MARQUEE_ASSIGN(present.order.source.topic, topics.name_of(topic));
  return present;
}

Status RatingStore::Writer::State::supersede_rating(const Rating& by,
                                                    const PresentRating& present) {
  keep_rating.bind(0, by.user).bind(1, by.movie).bind(2, present.value);
  bind_time(keep_rating, 3, present.order.time);
  return keep_rating.bind(4, present.sequence).bind(5, counters.sequence).run();
}

Status RatingStore::Writer::State::bind_place(sqlite::Statement& statement, int index,
                                              const Provenance& source) {
  MARQUEE_ASSIGN(const std::int64_t topic, topics.number_of(source.topic));
  statement.bind(index, static_cast<std::int64_t>(source.kind))
      .bind(index + 1, topic)
      .bind(index + 2, static_cast<std::int64_t>(source.partition))
      .bind(index + 3, source.offset);
  return {};
}

Status RatingStore::Writer::State::put_rating(const Rating& rating, const Provenance& source) {
  insert_rating.bind(0, rating.user)
      .bind(1, rating.movie)
      .bind(2, static_cast<double>(rating.value));
  bind_time(insert_rating, 3, rating.time);
  MARQUEE_TRY(bind_place(insert_rating, 4, source));
  return insert_rating.bind(8, counters.sequence).run();
}

Status RatingStore::Writer::State::count_features(const Rating& rating,
                                                  const std::optional<PresentRating>& before) {
  MARQUEE_ASSIGN(FeatureSums* const user, users.row(rating.user));
  MARQUEE_ASSIGN(FeatureSums* const movie, movies.row(rating.movie));
  for (FeatureSums* sums : {user, movie}) {
    if (before)
      sums->replace(before->value, rating.value, rating.time);
    else
      sums->add(rating.value, rating.time);
  }
  return {};
}

RatingStore::Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
RatingStore::Writer::Writer(Writer&&) noexcept = default;
RatingStore::Writer::~Writer() = default;

Result<RatingStore::Writer> RatingStore::write() {
  MARQUEE_ASSIGN(auto transaction, sqlite::Transaction::begin(state_->database));
  auto state = std::make_unique<Writer::State>(state_->database, std::move(transaction));
  MARQUEE_TRY(state->prepare());
  return Writer(std::move(state));
}

Result<bool> RatingStore::Writer::apply(const Rating& rating, const Provenance& source) {
  MARQUEE_ASSIGN(const auto present, state_->present_rating(rating));
  if (present && RatingOrder{rating.time, source} <= present->order) return false;
  ++state_->counters.sequence;
  ++state_->counters.accepted;
  if (present)
    MARQUEE_TRY(state_->supersede_rating(rating, *present));
  else
    ++state_->counters.ratings;
  MARQUEE_TRY(state_->put_rating(rating, source));
  MARQUEE_TRY(state_->count_features(rating, present));
  return true;
}

Status RatingStore::Writer::add_dead_letter(const DeadLetter& letter) {
  auto& insert = state_->insert_letter;
  MARQUEE_TRY(state_->bind_place(insert, 0, letter.source));
  MARQUEE_TRY(insert.bind(4, letter.record_time)
                  .bind(5, std::string_view(letter.reason))
                  .bind(6, std::string_view(letter.detail))
                  .bind(7, std::string_view(letter.payload))
                  .run());
  state_->counters.dead += state_->database.changes();
  return {};
}

Result<bool> RatingStore::Writer::put_movie(const Movie& movie) {
  auto& find = state_->find_movie;
  MARQUEE_ASSIGN(const bool exists, find.bind(0, movie.id).step());
  if (exists) {
    const auto present = movie_at(find);
    const std::int64_t since = find.integer(5);
    find.reset();
    MARQUEE_TRY(present);
    if (*present == movie) return false;
    bind_movie(state_->keep_movie, *present);
    MARQUEE_TRY(state_->keep_movie.bind(5, since).bind(6, state_->counters.sequence + 1).run());
  }
  ++state_->counters.sequence;
  bind_movie(state_->insert_movie, movie);
  MARQUEE_TRY(state_->insert_movie.bind(5, state_->counters.sequence).run());
  return true;
}

Result<std::int64_t> RatingStore::Writer::next_offset(std::string_view topic,
                                                      std::int32_t partition) {
  MARQUEE_ASSIGN(const std::int64_t number, state_->topics.number_of(std::string(topic)));
  auto& find = state_->find_offset;
  MARQUEE_ASSIGN(const bool exists, find.bind(0, number).bind(1, std::int64_t{partition}).step());
  const std::int64_t offset = exists ? find.integer(0) : 0;
  find.reset();
  return offset;
}

Status RatingStore::Writer::set_next_offset(std::string_view topic, std::int32_t partition,
                                            std::int64_t offset) {
  MARQUEE_ASSIGN(const std::int64_t number, state_->topics.number_of(std::string(topic)));
  return state_->insert_offset.bind(0, number)
      .bind(1, std::int64_t{partition})
      .bind(2, offset)
      .run();
}

Result<FeatureRepair> RatingStore::Writer::repair_features() {
  FeatureRepair repair;
  MARQUEE_ASSIGN(repair.users, state_->users.repair(state_->database));
  MARQUEE_ASSIGN(repair.movies, state_->movies.repair(state_->database));
  return repair;
}

Status RatingStore::Writer::commit() {
  MARQUEE_TRY(state_->users.flush());
  MARQUEE_TRY(state_->movies.flush());
  MARQUEE_TRY(write_counters(state_->database, state_->counters));
  return state_->transaction.commit();
}

}  // namespace marquee
