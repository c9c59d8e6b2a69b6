#include <fmt/format.h>

#include <array>

#include "store/feature_rows.h"
#include "store/store_state.h"

namespace marquee {
namespace {

using Users = std::span<const UserId>;
using NamesThem = RatingStore::NamesThem;

constexpr std::array kTablesByUser = {"ratings", "superseded_ratings", "user_features"};

// A dead letter's primary key.
struct LetterKey {
  std::int64_t kind = 0, topic = 0, partition = 0, offset = 0;
};

Result<std::int64_t> count_rows(sqlite::Database& database, const char* table, Users users) {
  MARQUEE_ASSIGN(auto count,
                 database.prepare(fmt::format("SELECT count(*) FROM {} WHERE user_id = ?", table)));
  std::int64_t rows = 0;
  for (const UserId user : users) {
    MARQUEE_TRY(count.bind(0, user).step());
    rows += count.integer(0);
    count.reset();
  }
  return rows;
}

// Gives how many rows there were.
Result<std::int64_t> delete_rows(sqlite::Database& database, const char* table, Users users) {
  MARQUEE_ASSIGN(auto remove,
                 database.prepare(fmt::format("DELETE FROM {} WHERE user_id = ?", table)));
  std::int64_t rows = 0;
  for (const UserId user : users) {
    MARQUEE_TRY(remove.bind(0, user).run());
    rows += database.changes();
  }
  return rows;
}

Result<std::vector<LetterKey>> letters_of(sqlite::Database& database, const NamesThem& names_them) {
  MARQUEE_ASSIGN(auto letters, database.prepare(R"(SELECT source_kind, topic_id, "partition",
    "offset", payload FROM dead_letters)"));
  std::vector<LetterKey> found;
  for (;;) {
    MARQUEE_ASSIGN(const bool row, letters.step());
    if (!row) return found;
    if (names_them(letters.text(4)))
      found.push_back(
          {letters.integer(0), letters.integer(1), letters.integer(2), letters.integer(3)});
  }
}

Status delete_letters(sqlite::Database& database, const NamesThem& names_them) {
  MARQUEE_ASSIGN(const auto keys, letters_of(database, names_them));
  MARQUEE_ASSIGN(auto remove, database.prepare(R"(DELETE FROM dead_letters
    WHERE source_kind = ? AND topic_id = ? AND "partition" = ? AND "offset" = ?)"));
  for (const LetterKey& key : keys)
    MARQUEE_TRY(remove.bind(0, key.kind)
                    .bind(1, key.topic)
                    .bind(2, key.partition)
                    .bind(3, key.offset)
                    .run());
  return {};
}

Status repair(sqlite::Database& database, FeatureTable table) {
  MARQUEE_ASSIGN(auto rows, FeatureRows::prepare(database, table));
  MARQUEE_TRY(rows.repair(database));
  return {};
}

Status delete_everything(sqlite::Database& database, Users users, const NamesThem& names_them) {
  MARQUEE_ASSIGN(auto transaction, sqlite::Transaction::begin(database));
  for (const char* table : kTablesByUser) MARQUEE_TRY(delete_rows(database, table, users));
  MARQUEE_TRY(delete_letters(database, names_them));
  MARQUEE_TRY(repair(database, FeatureTable::kUsers));
  MARQUEE_TRY(repair(database, FeatureTable::kMovies));
  MARQUEE_TRY(database.execute(
      "UPDATE counters SET value = (SELECT count(*) FROM ratings) WHERE name = 'ratings'"));
  return transaction.commit();
}

}  // namespace

Result<RatingStore::UserTraces> RatingStore::traces_of(Users users, const NamesThem& names_them) {
  sqlite::Database& database = state_->database;
  UserTraces traces;
  MARQUEE_ASSIGN(traces.ratings, count_rows(database, "ratings", users));
  MARQUEE_ASSIGN(traces.superseded, count_rows(database, "superseded_ratings", users));
  MARQUEE_ASSIGN(traces.features, count_rows(database, "user_features", users));
  MARQUEE_ASSIGN(const auto letters, letters_of(database, names_them));
  traces.dead_letters = std::ssize(letters);
  return traces;
}

Status RatingStore::forget(Users users, const NamesThem& names_them) {
  sqlite::Database& database = state_->database;
  MARQUEE_TRY(database.execute("PRAGMA secure_delete=ON"));
  MARQUEE_TRY(delete_everything(database, users, names_them));
  return database.scrub();
}

}  // namespace marquee
