#include "pipeline/event_checks.h"

#include <gmock/gmock.h>

namespace marquee {
namespace {

using testing::HasSubstr;

TEST(EventChecks, OffsetsThatHoldNothingWarnAndThenFail) {
  EXPECT_EQ(check_missing({.events = 1000}, {}).verdict, Verdict::kPass);
  EXPECT_EQ(check_missing({.events = 9'999, .missing = 1}, {}).verdict, Verdict::kWarn);
  const Check check = check_missing({.events = 990, .missing = 10}, {});
  EXPECT_EQ(check.verdict, Verdict::kFail);
  EXPECT_THAT(check.finding, HasSubstr("10 offsets (1.000 %)"));
  EXPECT_EQ(check_missing({.events = 990, .missing = 10}, {.max_missing_share = 0.01}).verdict,
            Verdict::kWarn);
}

TEST(EventChecks, DuplicatesWarn) {
  EXPECT_EQ(check_duplicates({.events = 100, .duplicates = 1}, {}).verdict, Verdict::kPass);
  EXPECT_EQ(check_duplicates({.events = 100, .duplicates = 2}, {}).verdict, Verdict::kWarn);
  EXPECT_EQ(check_duplicates({}, {}).verdict, Verdict::kPass);
}

TEST(EventChecks, DisorderWarns) {
  EXPECT_EQ(check_order({.timed = 10, .out_of_order = 2}, {}).verdict, Verdict::kPass);
  EXPECT_EQ(check_order({.timed = 10, .out_of_order = 3}, {}).verdict, Verdict::kWarn);
}

TEST(EventChecks, LateEventsWarn) {
  EXPECT_EQ(check_lateness({.timed = 100, .late = 5}, {}).verdict, Verdict::kPass);
  const Check check = check_lateness({.timed = 100, .late = 6}, {});
  EXPECT_EQ(check.verdict, Verdict::kWarn);
  EXPECT_THAT(check.finding, HasSubstr("6 of 100 new events (6.00 %)"));
}

}  // namespace
}  // namespace marquee
