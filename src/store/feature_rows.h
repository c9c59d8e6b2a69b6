// The rows of user_features or movie_features that one transaction touches.
#pragma once

#include <string>
#include <unordered_map>

#include "core/feature_sums.h"
#include "sqlite/database.h"

namespace marquee {

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
