#include "lake/bronze_name.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/timestamp.h"

namespace marquee::lake {
namespace {

BronzeName name_of_partition(std::string topic) {
  return {.kind = BronzeKind::kEvents,
          .date = "2025-03-15",
          .partition = {std::move(topic), 2},
          .first = 17,
          .last = 4'000'000'000,
          .compression = Compression::kNone};
}

TEST(BronzeName, KeysAreThoseOfTheContract) {
  BronzeName name = name_of_partition("user-events");
  EXPECT_EQ(key_of(name),
            "bronze/user-events/date=2025-03-15/"
            "event_user-events-2-00000000000000000017-00000000004000000000.json");
  name.compression = Compression::kZstd;
  EXPECT_TRUE(key_of(name).ends_with("-00000000004000000000.json.zst"));
  name.kind = BronzeKind::kDeadLetters;
  name.compression = Compression::kNone;
  EXPECT_EQ(key_of(name),
            "bronze/dead-letter/date=2025-03-15/"
            "dead_user-events-2-00000000000000000017-00000000004000000000.json");
}

TEST(BronzeName, UnsafeBytesOfTheTopicAreEncoded) {
  EXPECT_TRUE(key_of(name_of_partition("import:0123abcd")).contains("/event_import%3A0123abcd-2-"));
  EXPECT_TRUE(key_of(name_of_partition("a/../%\xC3\xBC")).contains("/event_a%2F..%2F%25%C3%BC-2-"));
}

RC_GTEST_PROP(BronzeNameProperty, ParsingGivesTheNameBack, ()) {
  BronzeName name;
  name.kind = *rc::gen::element(BronzeKind::kEvents, BronzeKind::kDeadLetters);
  name.date = *rc::gen::element<std::string>("2025-03-15", "0001-01-01", "unknown");
  name.partition.topic = *rc::gen::arbitrary<std::string>();
  name.partition.partition = *rc::gen::inRange(0, std::numeric_limits<std::int32_t>::max());
  name.first = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
  name.last = *rc::gen::inRange<std::int64_t>(name.first, INT64_MAX);
  name.compression = *rc::gen::element(Compression::kNone, Compression::kZstd);
  RC_ASSERT(parse_key(key_of(name)) == name);
}

// Whatever is parsed has this one spelling, so two keys never mean the same object.
RC_GTEST_PROP(BronzeNameProperty, ChangedKeysAreRefusedOrMeanSomethingElse, ()) {
  const BronzeName name = name_of_partition("user-events");
  std::string key = key_of(name);
  const auto place = *rc::gen::inRange<std::size_t>(0, key.size());
  const char byte = *rc::gen::element('0', '9', '-', '%', '.', 'a', '/', '\0');
  if (*rc::gen::arbitrary<bool>())
    key.insert(place, 1, byte);
  else
    key[place] = byte;
  const auto parsed = parse_key(key);
  if (parsed) RC_ASSERT(key_of(*parsed) == key);
  if (key != key_of(name)) RC_ASSERT(parsed != name);
}

TEST(BronzeName, OtherKeysAreNone) {
  const std::string key = key_of(name_of_partition("user-events"));
  for (const std::string& other :
       {std::string(), key + ".gz", "x" + key, key.substr(0, key.size() - 5),
        std::string("bronze/user-events/date=2025-03-15/event_t-0-1-2.json"),
        std::string("bronze/user-events/date=15-03-2025/"
                    "event_t-0-00000000000000000001-00000000000000000002.json"),
        std::string("bronze/user-events/date=2025-03-15/"
                    "event_t-0-00000000000000000003-00000000000000000002.json"),
        std::string("bronze/user-events/date=2025-03-15/"
                    "event_t-0-00000000000000000001-99999999999999999999.json"),
        std::string("bronze/user-events/date=2025-03-15/x/"
                    "event_t-0-00000000000000000001-00000000000000000002.json"),
        std::string("bronze/user-events/date=2025-03-15/"
                    "event_t%3a-0-00000000000000000001-00000000000000000002.json"),
        std::string("bronze/dead-letter/date=2025-03-15/"
                    "event_t-0-00000000000000000001-00000000000000000002.json")})
    EXPECT_FALSE(parse_key(other)) << other;
}

TEST(BronzeName, OnlyNamesOfTheKindClaimIt) {
  EXPECT_TRUE(claims_kind("bronze/user-events/date=2025-03-15/event_x", BronzeKind::kEvents));
  EXPECT_FALSE(claims_kind("bronze/user-events/date=2025-03-15/_SUCCESS", BronzeKind::kEvents));
  EXPECT_FALSE(claims_kind("bronze/user-events/event_x/readme", BronzeKind::kEvents));
  EXPECT_TRUE(claims_kind("bronze/dead-letter/dead_", BronzeKind::kDeadLetters));
}

TEST(BronzeName, DatesAreUtcAndUnknownWhereThereIsNone) {
  const auto date = [](TimeMicros time) { return date_of(day_of(time)); };
  EXPECT_EQ(date(parse_timestamp("2025-03-15T23:59:59.999999Z").value()), "2025-03-15");
  EXPECT_EQ(date(parse_timestamp("2025-03-15T23:30:00-01:00").value()), "2025-03-16");
  EXPECT_EQ(date(parse_timestamp("0001-01-01T00:00:00+14:00").value()), "0000-12-31");
  EXPECT_EQ(date(parse_timestamp("9999-12-31T23:59:59.999999Z").value()), "9999-12-31");
  EXPECT_EQ(date(-1), "1969-12-31");
  EXPECT_EQ(date(0), "1970-01-01");
  EXPECT_EQ(date(kUnknownTime), "unknown");
  EXPECT_EQ(date(parse_timestamp("9999-12-31T23:59:60Z").value()), "unknown");
  EXPECT_EQ(date(std::numeric_limits<TimeMicros>::max()), "unknown");
  EXPECT_EQ(date(kUnknownTime + 1), "unknown");
}

RC_GTEST_PROP(BronzeNameProperty, AnyDayIsADateOfAName, ()) {
  BronzeName name = name_of_partition("user-events");
  name.date = date_of(day_of(*rc::gen::arbitrary<TimeMicros>()));
  RC_ASSERT(parse_key(key_of(name)) == name);
}

}  // namespace
}  // namespace marquee::lake
