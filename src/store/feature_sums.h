// What a row of user_features or movie_features is computed from, and the rows that one transaction
// touches.
#pragma once

#include <string>
#include <unordered_map>

#include "core/features.h"
#include "core/rating.h"
#include "sqlite/database.h"

namespace marquee {

struct FeatureSums {
  std::int64_t count = 0;
  double sum = 0;
  double square_sum = 0;
  TimeMicros last_update = kUnknownTime;

  void add(double rating, TimeMicros time);
  // A later rating takes the place of an earlier one; the newest time stays the newest.
  void replace(double before, double after, TimeMicros time);

  double average() const;
  double deviation() const;                          // of the population
  double popularity() const;                         // log(1 + count)
  bool agrees_with(const FeatureSums& other) const;  // sums equal but for rounding
};

enum class FeatureTable { kUsers, kMovies };

// Rows of one feature table that a transaction works on: read on first touch, written by flush().
// Must not outlive the database or the transaction.
class FeatureRows {
 public:
  static Result<FeatureRows> prepare(sqlite::Database& database, FeatureTable table);

  // The row of an entity, empty when there is none; valid until the next call.
  Result<FeatureSums*> row(std::int64_t id);
  Status flush();

  // Replaces every row by what the ratings say; gives how many were different.
  Result<std::int64_t> repair(sqlite::Database& database);

 private:
  FeatureTable table_ = FeatureTable::kUsers;
  sqlite::Statement read_;
  sqlite::Statement write_;
  std::unordered_map<std::int64_t, FeatureSums> rows_;
};

}  // namespace marquee
