// The numbers that stand for topic names in rows.
#pragma once

#include <string>
#include <unordered_map>

#include "sqlite/database.h"

namespace marquee {

// Remembers what it has looked up. Must not outlive the database or, when it adds names, the
// transaction.
class TopicNames {
 public:
  static Result<TopicNames> prepare(sqlite::Database& database);

  Result<std::int64_t> number_of(const std::string& name);  // added when it is new
  Result<std::string> name_of(std::int64_t number);

 private:
  sqlite::Statement insert_;
  sqlite::Statement by_name_;
  sqlite::Statement by_number_;
  std::unordered_map<std::string, std::int64_t> numbers_;
  std::unordered_map<std::int64_t, std::string> names_;
};

}  // namespace marquee
