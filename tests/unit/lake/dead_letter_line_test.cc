#include "lake/dead_letter_line.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "core/timestamp.h"

namespace marquee::lake {
namespace {

const BronzeName kName = {.kind = BronzeKind::kDeadLetters,
                          .date = "2025-03-15",
                          .partition = {"user-events", 2},
                          .first = 10,
                          .last = 20,
                          .compression = Compression::kNone};

StreamRecord record_of(std::string value) {
  return {.topic = "user-events",
          .partition = 2,
          .offset = 17,
          .record_time = parse_timestamp("2025-03-15T12:00:00Z").value(),
          .value = std::move(value)};
}

std::string line_of(const StreamRecord& record, std::string_view detail = "why") {
  std::string line;
  append_dead_letter_line(record, "malformed_json", detail, line);
  return line;
}

TEST(DeadLetterLine, IsWhatTheContractSays) {
  EXPECT_EQ(line_of(record_of("{x\n")),
            R"({"reason":"malformed_json","detail":"why","payload":"{x\n",)"
            R"("_source":{"topic":"user-events","partition":2,"offset":17,)"
            R"("record_time":"2025-03-15T12:00:00Z"}})"
            "\n");
}

TEST(DeadLetterLine, BytesThatAreNotUtf8StandAsBase64) {
  const std::string line = line_of(record_of("a\xFF"));
  EXPECT_TRUE(line.contains(R"("payload_base64":"Yf8=")")) << line;
  EXPECT_EQ(parse_dead_letter_line(line, kName)->payload, "a\xFF");
}

TEST(DeadLetterLine, ANullValueIsNotAnEmptyOne) {
  StreamRecord record = record_of("");
  EXPECT_FALSE(parse_dead_letter_line(line_of(record), kName)->is_null);
  record.is_null = true;
  EXPECT_TRUE(line_of(record).contains(R"("payload":null)"));
  EXPECT_TRUE(parse_dead_letter_line(line_of(record), kName)->is_null);
}

RC_GTEST_PROP(DeadLetterLineProperty, AnyBytesComeBackFromOneLine, ()) {
  StreamRecord record = record_of(*rc::gen::arbitrary<std::string>());
  record.offset = *rc::gen::inRange<std::int64_t>(kName.first, kName.last + 1);
  record.record_time = *rc::gen::arbitrary<TimeMicros>();
  const std::string line = line_of(record, "at byte \"3\"\n");
  RC_ASSERT(line.find('\n') == line.size() - 1);
  const DeadLetterLine expected = {.reason = "malformed_json",
                                   .detail = "at byte \"3\"\n",
                                   .payload = record.value,
                                   .is_null = false,
                                   .offset = record.offset,
                                   .record_time = record.record_time};
  RC_ASSERT(parse_dead_letter_line(line, kName).value() == expected);
}

TEST(DeadLetterLine, OtherLinesAreRefused) {
  const auto good = nlohmann::json::parse(line_of(record_of("x")));
  ASSERT_TRUE(parse_dead_letter_line(good.dump(), kName));
  for (const auto& [pointer, value] :
       std::map<std::string, nlohmann::json>{{"/reason", 7},
                                             {"/payload", 7},
                                             {"/payload_base64", "%"},
                                             {"/_source", {}},
                                             {"/_source/topic", "other"},
                                             {"/_source/partition", 3},
                                             {"/_source/offset", 21},
                                             {"/_source/record_time", "yesterday"}}) {
    auto changed = good;
    changed[nlohmann::json::json_pointer(pointer)] = value;
    EXPECT_FALSE(parse_dead_letter_line(changed.dump(), kName)) << pointer;
  }
  EXPECT_FALSE(parse_dead_letter_line("", kName));
  EXPECT_FALSE(parse_dead_letter_line(good.dump().substr(0, 30), kName));
}

}  // namespace
}  // namespace marquee::lake
