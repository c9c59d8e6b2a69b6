#include "ingest/judge_record.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

constexpr TimeMicros kRecorded = 1'742'040'000'000'000;  // 2025-03-15T12:00:00Z
const std::string kLogLine = "2025-03-15T10:00:00,123,GET /rate/456=4";
const std::string kJson = R"({"user_id": 123, "movie_id": 456, "rating": 4})";

StreamRecord record(const std::string& topic, const std::string& value, bool is_null = false) {
  return {topic, 0, 0, kRecorded, value, is_null};
}

TEST(JudgeRecord, TheTopicDecidesHowARecordIsRead) {
  Config config;
  config.kafka.access_log_topic = "access-log";
  EXPECT_EQ((*judge_record(record("user-events", kJson), config))->movie, 456);
  EXPECT_EQ((*judge_record(record("access-log", kLogLine), config))->movie, 456);
  EXPECT_EQ(judge_record(record("user-events", kLogLine), config).error().reason,
            Rejection::kMalformedJson);
  const auto other = judge_record(record("access-log", kJson), config);
  ASSERT_TRUE(other);
  EXPECT_FALSE(*other) << "passed over";
}

TEST(JudgeRecord, WithoutALogTopicEverythingIsJson) {
  EXPECT_FALSE(judge_record(record("", kLogLine), Config()));
}

TEST(JudgeRecord, ARecordWithoutAValueIsEmpty) {
  const auto judged = judge_record(record("user-events", "", true), Config());
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().reason, Rejection::kEmpty);
}

}  // namespace
}  // namespace marquee
