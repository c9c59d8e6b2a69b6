#include "lake/bronze_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "core/timestamp.h"
#include "events/rating_event.h"

namespace marquee::lake {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;

const TimeMicros kRecordTime = parse_timestamp("2025-03-15T12:00:00.000250Z").value();
constexpr std::int64_t kOffset = 17;

const BronzeName kName = {.kind = BronzeKind::kEvents,
                          .date = "2025-03-15",
                          .partition = {"user-events", 2},
                          .first = 10,
                          .last = 20,
                          .compression = Compression::kNone};

std::string line_of(std::string_view json, TimeMicros record_time = kRecordTime) {
  const auto event = parse_rating_event(json, record_time, EventOptions{});
  EXPECT_TRUE(event) << json << ": " << event.error().detail;
  std::string line;
  EventLineWriter(kName.partition).append(json, *event, kOffset, record_time, line);
  return line;
}

std::expected<BronzeEvent, std::string> parse(std::string line) {
  if (line.ends_with('\n')) line.pop_back();
  BronzeEvent event;
  EventLineParser parser;
  if (auto parsed = parser.parse(line, kName, event); !parsed)
    return std::unexpected(parsed.error());
  return event;
}

TEST(BronzeLine, AnEventWithATimeOfItsOwnCarriesItsPlaceOnly) {
  const std::string line = line_of(
      R"({"user_id": 123, "movie_id": 456, "rating": 4.50, "timestamp": "2025-03-15T10:00:00+00:00"})");
  EXPECT_EQ(
      line,
      R"({"user_id":123,"movie_id":456,"rating":4.50,"timestamp":"2025-03-15T10:00:00+00:00",)"
      R"("_source":{"topic":"user-events","partition":2,"offset":17}})"
      "\n");
  const auto event = parse(line);
  ASSERT_TRUE(event) << event.error();
  EXPECT_EQ(event->rating,
            (Rating{123, 456, 4.5F, parse_timestamp("2025-03-15T10:00:00Z").value()}));
  EXPECT_EQ(event->source, (Provenance{SourceKind::kStream, "user-events", 2, kOffset}));
}

TEST(BronzeLine, AnEventWithoutATimeCarriesItsRecordTime) {
  for (const char* json : {R"({"user_id":1,"movie_id":2,"rating":3})",
                           R"({"timestamp":null,"user_id":1,"movie_id":2,"rating":3})"}) {
    const std::string line = line_of(json);
    EXPECT_THAT(line, HasSubstr(R"("offset":17,"record_time":"2025-03-15T12:00:00.000250Z"}})"));
    EXPECT_EQ(parse(line)->rating.time, kRecordTime);
  }
}

TEST(BronzeLine, RecordTimesOutsideOfTheCalendarComeBackToo) {
  for (const TimeMicros time : {std::numeric_limits<TimeMicros>::max(), kUnknownTime + 1,
                                TimeMicros{-1}, TimeMicros{0}, kUnknownTime})
    EXPECT_EQ(parse(line_of(R"({"user_id":1,"movie_id":2,"rating":3})", time))->rating.time, time);
}

TEST(BronzeLine, WithoutAnyTimeItIsUnknown) {
  const std::string line =
      line_of(R"({"user_id":1,"movie_id":2,"rating":3,"timestamp":null})", kUnknownTime);
  EXPECT_FALSE(line.contains("record_time"));
  EXPECT_EQ(parse(line)->rating.time, kUnknownTime);
}

TEST(BronzeLine, FieldsStayAsTheyCameOnOneLine) {
  const std::string line = line_of(
      "\xEF\xBB\xBF \r\n{\"z\" :\t[1.0e+2, {\"a b\": \"c\\n \\\" d\"}],\n\"rating\":0.5e1,"
      "\"movie_id\":2 , \"user_id\":\n1}\n\n");
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_TRUE(line.starts_with(
      "{\"z\":[1.0e+2,{\"a b\":\"c\\n \\\" d\"}],\"rating\":0.5e1,\"movie_id\":2,\"user_id\":1,"
      "\"_source\":{"))
      << line;
  EXPECT_EQ(parse(line)->rating.value, 5.0F);
}

TEST(BronzeLine, ASourceThatCameWithTheEventIsReplaced) {
  for (const char* json :
       {R"({"_source":{"offset":3},"user_id":1,"movie_id":2,"rating":3})",
        R"({"user_id":1,"_source":"a,b}\"","movie_id":2,"rating":3})",
        R"({"user_id":1,"movie_id":2,"rating":3,"_source":[[{"x":1},2],{}]})",
        R"({"user_id":1,"movie_id":2,"\u005fsource":{"offset":9},"rating":3})"}) {
    const std::string line = line_of(json);
    EXPECT_TRUE(line.starts_with(R"({"user_id":1,"movie_id":2,"rating":3,"_source":{"topic")"))
        << line;
    EXPECT_EQ(parse(line)->source.offset, kOffset) << line;
  }
}

TEST(BronzeLine, ASourceDeeperInsideOrInAValueStays) {
  const std::string json =
      R"({"user_id":1,"movie_id":2,"rating":3,"x":{"_source":7},"y":"_source"})";
  EXPECT_TRUE(line_of(json).starts_with(json.substr(0, json.size() - 1) + ",\"_source\":{"));
}

TEST(BronzeLine, WhatOthersAddToTheSourceIsPassedOver) {
  const auto event = parse(
      R"({"x":{"user_id":7},"user_id":1,"movie_id":2,"rating":3,"y":[{"rating":[]}],"_source":)"
      R"({"by":{"offset":1},"topic":"user-events","z":[2],"partition":2,"offset":17}})");
  ASSERT_TRUE(event) << event.error();
  EXPECT_EQ(event->rating, (Rating{1, 2, 3, kUnknownTime}));
  EXPECT_EQ(event->source.offset, kOffset);
}

TEST(BronzeLine, EscapedKeysAndDeepNestingAreRead) {
  const std::string deep = std::string(3000, '[') + std::string(3000, ']');
  const auto event = parse(line_of(R"({"user\u005fid":1,"movie_id":2,"rating":3,"deep":)" + deep +
                                   R"(,"timestamp":"2025\u002d03-15"})"));
  ASSERT_TRUE(event) << event.error();
  EXPECT_EQ(event->rating.user, 1);
  EXPECT_EQ(event->rating.time, parse_timestamp("2025-03-15").value());
}

TEST(BronzeLine, WhatIsNoJsonIsWrittenAsTheEventItStandsFor) {
  std::string line;
  const RatingEvent event = {1, 2, 3.5, kRecordTime};
  EventLineWriter(kName.partition)
      .append("2025-03-15T12:00:00,1,GET /rate/2=3.5", event, kOffset, 5, line);
  EXPECT_TRUE(line.starts_with(
      R"({"user_id":1,"movie_id":2,"rating":3.5,"timestamp":"2025-03-15T12:00:00.000250Z",)"))
      << line;
  EXPECT_EQ(parse(line)->rating, (Rating{1, 2, 3.5F, kRecordTime}));
}

TEST(BronzeLine, ImportsAreTold) {
  BronzeName name = kName;
  name.partition = {"import:0123456789abcdef", 0};
  std::string line;
  EventLineWriter(name.partition)
      .append(R"({"user_id":1,"movie_id":2,"rating":3,"timestamp":null})", {1, 2, 3, {}}, kOffset,
              kUnknownTime, line);
  line.back() = ' ';
  BronzeEvent event;
  ASSERT_TRUE(EventLineParser().parse(line, name, event));
  EXPECT_EQ(event.source, (Provenance{SourceKind::kImport, name.partition.topic, 0, kOffset}));
}

TEST(BronzeLine, SaysWhyALineIsNone) {
  const std::string tail = R"("_source":{"topic":"user-events","partition":2,"offset":17}})";
  const std::string head = R"({"user_id":1,"movie_id":2,"rating":3,)";
  ASSERT_TRUE(parse(head + tail));
  for (const std::string& line :
       {std::string(), std::string("[]"), std::string("{}"), head + tail + "}", head + tail + tail,
        head + tail.substr(0, tail.size() - 1), R"({"user_id":0,"movie_id":2,"rating":3,)" + tail,
        R"({"user_id":1.5,"movie_id":2,"rating":3,)" + tail, R"({"user_id":1,"movie_id":2,)" + tail,
        R"({"user_id":1,"movie_id":2,"rating":"3",)" + tail,
        head + R"("timestamp":"yesterday",)" + tail, head + R"("x":tru,)" + tail.substr(1),
        head + R"("_source":{"topic":"other","partition":2,"offset":17}})",
        head + R"("_source":{"topic":"user-events","partition":1,"offset":17}})",
        head + R"("_source":{"topic":"user-events","partition":2,"offset":21}})",
        head + R"("_source":{"topic":"user-events","partition":2}})", head + R"("_source":7})"})
    EXPECT_FALSE(parse(line)) << line;
}

TEST(BronzeLine, ARatingIsReadAsItIsWritten) {
  const std::string tail =
      R"(,"x":0e-222,"_source":{"topic":"user-events","partition":2,"offset":17}})";
  const auto with_rating = [&](const std::string& written) {
    return parse(R"({"user_id":1,"movie_id":2,"rating":)" + written + tail);
  };
  for (const char* written : {"3", "-0", "0.0", "4.35", "0.35e1", "35E-1", "0e-222", "0e300",
                              "1e-400", "4.94e-324", "123456789012345678901234567890",
                              "0.1000000000000000055511151231257827021181583404541015625"}) {
    const auto event = with_rating(written);
    ASSERT_TRUE(event) << written << ": " << event.error();
    EXPECT_EQ(event->rating.value, static_cast<float>(std::strtod(written, nullptr))) << written;
  }
  for (const char* written : {"1e400", "-1e31", "1e31", ".5", "01", "+1", "0x10", "NaN"})
    EXPECT_FALSE(with_rating(written)) << written;
}

// The plain twin: nlohmann's parser and writer, which keep order but not number formats.
RC_GTEST_PROP(BronzeLineProperty, HoldsEveryFieldOfTheEvent, ()) {
  ordered_json event = {{"user_id", *rc::gen::inRange<std::int64_t>(1, INT64_MAX)},
                        {"movie_id", *rc::gen::inRange<std::int64_t>(1, 1'000'000)},
                        {"rating", *rc::gen::inRange(1, 11) / 2.0}};
  const auto text = rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "_source", "\\", "\"", "\n", " ", "{", "}", "[", ",", ":", "\xC3\xA9", "\x01")),
      [](const std::vector<std::string>& pieces) {
        std::string joined;
        for (const std::string& piece : pieces) joined += piece;
        return joined;
      });
  for (int k = *rc::gen::inRange(0, 5); k > 0; --k) {
    const std::string key = *text;
    if (*rc::gen::arbitrary<bool>())
      event[key] = *text;
    else
      event[key] = {{*text, *text}, {"list", {1.5, nullptr, *text}}};
  }
  const std::string json = event.dump(*rc::gen::inRange(-1, 3), ' ', *rc::gen::arbitrary<bool>());
  const std::string line = line_of(json);
  event.erase("_source");
  event["_source"] = {{"topic", "user-events"}, {"partition", 2}, {"offset", kOffset}};
  if (!event.contains("timestamp")) event["_source"]["record_time"] = format_timestamp(kRecordTime);
  RC_ASSERT(ordered_json::parse(line) == event);
  RC_ASSERT(line.find('\n') == line.size() - 1);
  RC_ASSERT(parse(line)->rating.user == event["user_id"].get<std::int64_t>());
}

// No damage crashes the parser or gives an event of another place.
RC_GTEST_PROP(BronzeLineProperty, DamagedLinesAreRefusedOrStillAnEvent, ()) {
  std::string line = line_of(R"({"user_id":123,"movie_id":456,"rating":4.5,"x":"y\\"})");
  line.resize(*rc::gen::inRange<std::size_t>(0, line.size()));
  for (int k = *rc::gen::inRange(0, 4); k > 0 && !line.empty(); --k)
    line[*rc::gen::inRange<std::size_t>(0, line.size())] = *rc::gen::arbitrary<char>();
  const auto event = parse(line);
  if (event) RC_ASSERT(event->source.topic == "user-events" && event->source.offset <= kName.last);
}

TEST(BronzeLine, OfAForgottenEventItsPlaceAloneIsLeft) {
  std::string line;
  append_forgotten_line({"user-events", 2}, 17, line);
  EXPECT_EQ(line,
            R"({"forgotten":true,"_source":{"topic":"user-events","partition":2,"offset":17}})"
            "\n");
  line.pop_back();
  const BronzeName name{
      .date = "2025-03-15", .partition = {"user-events", 2}, .first = 10, .last = 20};
  BronzeEvent event;
  ASSERT_TRUE(EventLineParser().parse(line, name, event));
  EXPECT_TRUE(event.is_forgotten);
  EXPECT_EQ(event.source.offset, 17);
  for (
      const std::string_view wrong :
      {R"({"forgotten":false,"_source":{"topic":"user-events","partition":2,"offset":17}})",
       R"({"forgotten":1,"_source":{"topic":"user-events","partition":2,"offset":17}})",
       R"({"forgotten":true,"user_id":1,"_source":{"topic":"user-events","partition":2,"offset":17}})",
       R"({"forgotten":true,"_source":{"topic":"user-events","partition":1,"offset":17}})",
       R"({"forgotten":true,"_source":{"topic":"user-events","partition":2,"offset":21}})",
       R"({"forgotten":true})"})
    EXPECT_FALSE(EventLineParser().parse(wrong, name, event)) << wrong;
}

TEST(BronzeLine, AnEventsOwnFieldOfThatNameMeansNothing) {
  const BronzeName name{
      .date = "2025-03-15", .partition = {"user-events", 2}, .first = 10, .last = 20};
  for (const std::string_view value :
       {"true", "false", "null", "1", "-1.5", "\"true\"", "[true]", R"([{"user_id":7}])",
        R"({"forgotten":true})", R"({"user_id":7,"_source":{"offset":1}})"}) {
    const std::string line = fmt::format(
        R"({{"user_id":1,"movie_id":2,"forgotten":{},"rating":3,"_source":{{"topic":"user-events","partition":2,"offset":12}}}})",
        value);
    BronzeEvent event;
    const auto parsed = EventLineParser().parse(line, name, event);
    ASSERT_TRUE(parsed) << line << parsed.error();
    EXPECT_FALSE(event.is_forgotten);
    EXPECT_EQ(event.rating.user, 1);
    EXPECT_EQ(event.source.offset, 12);
  }
}

}  // namespace
}  // namespace marquee::lake
