#include "lake/event_profile.h"

#include <gmock/gmock.h>

#include "tests/unit/lake/memory_store.h"
#include "tests/unit/lake/plain_events.h"

namespace marquee {
namespace {

constexpr TimeMicros kHour = 3600 * kMicrosPerSecond;
constexpr TimeMicros kStart = 480'000 * kHour;
const std::string kTopic = "user-events";

class EventProfileTest : public testing::Test {
 protected:
  EventProfile profile(const std::vector<PlainEvent>& events, const OffsetVector& end,
                       const OffsetVector& begin = {}) {
    EXPECT_TRUE(put_bronze(store_, events));
    auto profile = profile_events(store_, begin, end, options_);
    EXPECT_TRUE(profile) << profile.error().message();
    return profile.value_or(EventProfile{});
  }
  void put_dead_letter(std::int64_t offset, const std::string& reason, const std::string& date) {
    const std::string line = fmt::format(
        R"({{"reason":"{}","detail":"","payload":"x","_source":{{"topic":"{}","partition":0,"offset":{},"record_time":"{}T00:00:00Z"}}}})"
        "\n",
        reason, kTopic, offset, date);
    ASSERT_TRUE(store_.put(lake::key_of({.kind = lake::BronzeKind::kDeadLetters,
                                         .date = date,
                                         .partition = {kTopic, 0},
                                         .first = offset,
                                         .last = offset,
                                         .compression = lake::Compression::kNone}),
                           line));
  }

  MemoryStore store_;
  ProfileOptions options_;
};

TEST_F(EventProfileTest, AnOrderlyStreamHasNothingToSay) {
  const EventProfile found = profile(
      {event(1, 1, 3, kStart, 0), event(1, 2, 3, kStart, 1), event(1, 3, 3, kStart + kHour, 2)},
      {{kTopic, 0, 3}});
  EXPECT_EQ(found.events, 3);
  EXPECT_EQ(found.timed, 3);
  EXPECT_EQ(found.out_of_order + found.late + found.duplicates + found.missing, 0);
}

TEST_F(EventProfileTest, CountsWhatIsOutOfOrderAndLateInItsPartition) {
  const EventProfile found =
      profile({event(1, 1, 3, kStart + 30 * kHour, 0), event(1, 2, 3, kStart + 29 * kHour, 1),
               event(1, 3, 3, kStart + 5 * kHour, 2), event(1, 4, 3, kStart + 31 * kHour, 3),
               event(2, 4, 3, kStart, 0, 1)},
              {{kTopic, 0, 4}, {kTopic, 1, 1}});
  EXPECT_EQ(found.out_of_order, 2);
  EXPECT_EQ(found.late, 1);
}

TEST_F(EventProfileTest, ImportsHaveNoOrderAndNoGaps) {
  const EventProfile found = profile(
      {event(1, 1, 3, kStart + 30 * kHour, 2, 0, "import:1"),
       event(1, 2, 3, kStart, 9, 0, "import:1"), event(1, 3, 3, kUnknownTime, 12, 0, "import:1")},
      {{"import:1", 0, 13}});
  EXPECT_EQ(found.events, 3);
  EXPECT_EQ(found.timed + found.out_of_order + found.missing, 0);
}

TEST_F(EventProfileTest, CountsWhatWasSentTwice) {
  const EventProfile found =
      profile({event(1, 1, 3, kStart, 0), event(1, 1, 3, kStart, 1), event(1, 1, 3, kStart, 0, 1),
               event(1, 1, 4, kStart, 1, 1), event(1, 1, 3, kStart + 1, 2, 1)},
              {{kTopic, 0, 2}, {kTopic, 1, 3}});
  EXPECT_EQ(found.duplicates, 2);
}

TEST_F(EventProfileTest, CountsOffsetsThatHoldNothing) {
  put_dead_letter(3, "malformed_json", "2025-01-01");
  put_dead_letter(9, "malformed_json", "2025-01-01");
  const std::vector<PlainEvent> events = {event(1, 1, 3, kStart, 2), event(1, 2, 3, kStart, 6)};
  EXPECT_EQ(profile(events, {{kTopic, 0, 8}}).missing, 3) << "4, 5 and 7";
  EXPECT_EQ(profile(events, {{kTopic, 0, 8}}, {{kTopic, 0, 1}}).missing, 4) << "and 1";
  options_.access_log_topic = kTopic;
  EXPECT_EQ(profile(events, {{kTopic, 0, 8}}).missing, 0);
}

TEST_F(EventProfileTest, CountsDeadLettersByReasonOnce) {
  put_dead_letter(3, "malformed_json", "2025-01-01");
  put_dead_letter(3, "malformed_json", "2025-01-02");
  put_dead_letter(5, "too_large", "2025-01-02");
  put_dead_letter(7, "empty", "2025-01-02");
  EXPECT_THAT(
      dead_letters_below(store_, {{kTopic, 0, 7}}, 2).value(),
      testing::ElementsAre(testing::Pair("malformed_json", 1), testing::Pair("too_large", 1)));
}

}  // namespace
}  // namespace marquee
