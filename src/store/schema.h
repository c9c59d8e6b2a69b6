// The tables of marquee.db, one SQL text a schema version. A change of the schema is a new text at
// the end, never an edit: databases out there are migrated through them in order.
#pragma once

#include <cstdint>
#include <string_view>

namespace marquee {

inline constexpr std::int32_t kStoreApplicationId = 0x4d415251;  // "MARQ"
inline constexpr std::int64_t kStoreSchema = 1;

inline constexpr std::string_view kStoreSchema1 = R"sql(
-- Topic names are long and rows many: rows hold a number.
CREATE TABLE topics(
  topic_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE);

-- The rating that counts for each pair, and where it came from. `sequence` numbers changes of the store: a row is in
-- a snapshot when its sequence is not greater than the snapshot's.
CREATE TABLE ratings(
  user_id INTEGER NOT NULL,
  movie_id INTEGER NOT NULL,
  rating REAL NOT NULL,
  time INTEGER,              -- microseconds since the epoch; NULL when unknown
  source_kind INTEGER NOT NULL,
  topic_id INTEGER NOT NULL,
  "partition" INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY(user_id, movie_id)) WITHOUT ROWID;

-- Ratings that were replaced: they counted from `sequence` on and up to before `until_sequence`.
CREATE TABLE superseded_ratings(
  user_id INTEGER NOT NULL,
  movie_id INTEGER NOT NULL,
  rating REAL NOT NULL,
  time INTEGER,
  sequence INTEGER NOT NULL,
  until_sequence INTEGER NOT NULL);
CREATE INDEX superseded_ratings_until ON superseded_ratings(until_sequence);

CREATE TABLE movies(
  movie_id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  genres TEXT NOT NULL,      -- JSON array of texts
  year INTEGER NOT NULL,     -- 0 when unknown
  tags TEXT NOT NULL,        -- JSON array of texts
  sequence INTEGER NOT NULL);
CREATE TABLE superseded_movies(
  movie_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  genres TEXT NOT NULL,
  year INTEGER NOT NULL,
  tags TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  until_sequence INTEGER NOT NULL);
CREATE INDEX superseded_movies_until ON superseded_movies(until_sequence);

-- Sums stand beside the features so that one more rating costs one row.
CREATE TABLE user_features(
  user_id INTEGER PRIMARY KEY,
  avg_rating REAL NOT NULL,
  rating_count INTEGER NOT NULL,
  std_dev REAL NOT NULL,
  last_update INTEGER,
  rating_sum REAL NOT NULL,
  square_sum REAL NOT NULL);
CREATE TABLE movie_features(
  movie_id INTEGER PRIMARY KEY,
  avg_rating REAL NOT NULL,
  rating_count INTEGER NOT NULL,
  popularity REAL NOT NULL,
  last_update INTEGER,
  rating_sum REAL NOT NULL,
  square_sum REAL NOT NULL);

CREATE TABLE dead_letters(
  source_kind INTEGER NOT NULL,
  topic_id INTEGER NOT NULL,
  "partition" INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  record_time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY(source_kind, topic_id, "partition", "offset")) WITHOUT ROWID;

CREATE TABLE offsets(
  topic_id INTEGER NOT NULL,
  "partition" INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  PRIMARY KEY(topic_id, "partition")) WITHOUT ROWID;

-- sequence: the last change · ratings: rows in ratings · accepted: ratings ever applied · dead: dead letters ever ·
-- pruned: snapshots before this sequence can no longer be read
CREATE TABLE counters(
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES('sequence', 0), ('ratings', 0), ('accepted', 0), ('dead', 0), ('pruned', 0);
)sql";

}  // namespace marquee
