#include "store/topic_names.h"

namespace marquee {

Result<TopicNames> TopicNames::prepare(sqlite::Database& database) {
  TopicNames topics;
  MARQUEE_ASSIGN(topics.insert_, database.prepare("INSERT OR IGNORE INTO topics(name) VALUES(?)"));
  MARQUEE_ASSIGN(topics.by_name_, database.prepare("SELECT topic_id FROM topics WHERE name = ?"));
  MARQUEE_ASSIGN(topics.by_number_, database.prepare("SELECT name FROM topics WHERE topic_id = ?"));
  return topics;
}

Result<std::int64_t> TopicNames::number_of(const std::string& name) {
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  MARQUEE_TRY(insert_.bind(0, std::string_view(name)).run());
  MARQUEE_ASSIGN(const bool exists, by_name_.bind(0, std::string_view(name)).step());
  if (!exists) return fail(ErrorCode::kInternal, "a topic that was just added is not there", name);
  const std::int64_t number = by_name_.integer(0);
  by_name_.reset();
  numbers_.emplace(name, number);
  return number;
}

Result<std::string> TopicNames::name_of(std::int64_t number) {
  if (const auto found = names_.find(number); found != names_.end()) return found->second;
  MARQUEE_ASSIGN(const bool exists, by_number_.bind(0, number).step());
  if (!exists)
    return fail(ErrorCode::kCorrupt, "a row names a topic that is not there",
                std::to_string(number));
  std::string name(by_number_.text(0));
  by_number_.reset();
  names_.emplace(number, name);
  return name;
}

}  // namespace marquee
