#include "events/rating_event.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "core/timestamp.h"
#include "tests/unit/events/escaped_text.h"

namespace marquee {
namespace {

const TimeMicros kRecorded = *parse_timestamp("2025-03-15T12:00:00Z");

std::string outcome(const std::string& event) {
  const auto parsed = parse_rating_event(event, kRecorded, {});
  if (!parsed) {
    EXPECT_FALSE(parsed.error().detail.empty());
    return std::string(name_of(parsed.error().reason));
  }
  return fmt::format("ok {} {} {:g} {}", parsed->user, parsed->movie, parsed->rating,
                     parsed->timestamp ? format_timestamp(*parsed->timestamp) : "-");
}

TEST(RatingEvent, EveryCaseOfTheFile) {
  std::ifstream file(MARQUEE_TEST_DATA "/events.txt");
  ASSERT_TRUE(file);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const auto tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos) << line;
    EXPECT_EQ(outcome(unescape(line.substr(tab + 1))), line.substr(0, tab)) << line;
    ++cases;
  }
  EXPECT_GT(cases, 60);
}

TEST(RatingEvent, TooLargeIsToldBeforeItIsParsed) {
  const EventOptions options{.max_bytes = 100};
  const auto parsed = parse_rating_event(std::string(101, '{'), kRecorded, options);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().reason, Rejection::kTooLarge);
}

TEST(RatingEvent, DeepNestingIsNoCrash) {
  EventOptions options;
  options.max_bytes = 10'000'000;
  const auto parsed = parse_rating_event(std::string(1'000'000, '['), kRecorded, options);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().reason, Rejection::kMalformedJson);
}

TEST(RatingEvent, TheFutureIsJudgedByTheRecordTimeAlone) {
  const std::string event =
      R"({"user_id":1,"movie_id":2,"rating":3,"timestamp":"2400-01-01T00:00:00Z"})";
  EXPECT_FALSE(parse_rating_event(event, kRecorded, {}));
  EXPECT_TRUE(parse_rating_event(event, *parse_timestamp("2400-01-01T00:00:00Z"), {}))
      << "a record of the year 2400 is judged in the year 2400";
}

TEST(RatingEvent, ARecordTimeAtTheEndOfTimeIsNoOverflow) {
  const std::string event =
      R"({"user_id":1,"movie_id":2,"rating":3,"timestamp":"2025-03-15T10:00:00Z"})";
  EXPECT_TRUE(parse_rating_event(event, INT64_MAX, {}));
  const auto before_all = parse_rating_event(event, INT64_MIN, {});
  ASSERT_FALSE(before_all);
  EXPECT_EQ(before_all.error().reason, Rejection::kTimestampInFuture);
}

TEST(RatingEvent, WhatIsShownOfAnEventIsShortAndPlain) {
  const std::string event = R"({"user_id":")" + std::string(10'000, '\x01') + R"("})";
  const std::string escaped = R"({"user_id":"\u0001\u0002)" + std::string(10'000, 'x') + R"("})";
  EXPECT_EQ(parse_rating_event(event, kRecorded, {}).error().reason, Rejection::kMalformedJson);
  const auto rejected = parse_rating_event(escaped, kRecorded, {});
  ASSERT_FALSE(rejected);
  EXPECT_LT(rejected.error().detail.size(), 200u);
  EXPECT_TRUE(
      std::ranges::all_of(rejected.error().detail, [](unsigned char c) { return c >= 32; }));
}

TEST(RatingEvent, BoundsAreThoseOfTheOptions) {
  const std::string event = R"({"user_id":1,"movie_id":2,"rating":9})";
  EXPECT_FALSE(parse_rating_event(event, kRecorded, {}));
  EXPECT_TRUE(parse_rating_event(event, kRecorded, {.min_rating = 1, .max_rating = 10}));
}

RC_GTEST_PROP(RatingEvent, WhatIsWrittenIsReadBack, ()) {
  const bool timed = *rc::gen::arbitrary<bool>();
  const auto time = *rc::gen::inRange<TimeMicros>(-60'000'000'000'000'000, kRecorded);
  const auto maybe = timed ? std::optional(time) : std::nullopt;
  const RatingEvent event{*rc::gen::positive<std::int64_t>(), *rc::gen::positive<std::int64_t>(),
                          *rc::gen::inRange(50, 501) / 100.0, maybe};
  const auto parsed = parse_rating_event(to_json(event), kRecorded, {});
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == event);
  RC_ASSERT(parsed->timestamp == maybe);
}

RC_GTEST_PROP(RatingEvent, AnyBytesAreJudgedWithoutACrash, (const std::string& bytes)) {
  (void)parse_rating_event(bytes, kRecorded, {});
}

}  // namespace
}  // namespace marquee
