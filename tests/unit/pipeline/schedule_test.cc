#include "pipeline/schedule.h"

#include <gtest/gtest.h>

#include "core/timestamp.h"

namespace marquee {
namespace {

Schedule make(std::string cron, std::string zone) {
  auto schedule = Schedule::create({.cron = std::move(cron), .timezone = std::move(zone)});
  EXPECT_TRUE(schedule) << schedule.error().message();
  return std::move(*schedule);
}

// The due instants in (from, to], in UTC.
std::vector<std::string> due(const Schedule& schedule, std::string_view from, std::string_view to) {
  std::vector<std::string> instants;
  const TimeMicros end = *parse_timestamp(to);
  for (TimeMicros t = schedule.next_after(*parse_timestamp(from)); t <= end;
       t = schedule.next_after(t))
    instants.push_back(format_timestamp(t));
  return instants;
}

using Times = std::vector<std::string>;

TEST(Schedule, IsDailyInUtc) {
  const auto schedule = make("0 2 * * *", "UTC");
  EXPECT_EQ(due(schedule, "2026-03-01T01:59:59.999999Z", "2026-03-03T02:00:00Z"),
            (Times{"2026-03-01T02:00:00Z", "2026-03-02T02:00:00Z", "2026-03-03T02:00:00Z"}));
}

TEST(Schedule, NextIsStrictlyAfter) {
  const auto schedule = make("0 2 * * *", "UTC");
  EXPECT_EQ(format_timestamp(schedule.next_after(*parse_timestamp("2026-03-01T02:00:00Z"))),
            "2026-03-02T02:00:00Z");
}

TEST(Schedule, ATimeTheClockSkipsRunsAtTheNextOneThatExists) {
  const auto schedule = make("0 2 * * *", "Europe/Berlin");  // 02:00 CET is 03:00 CEST that day
  EXPECT_EQ(due(schedule, "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z"),
            (Times{"2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}));
  EXPECT_EQ(
      due(make("30 2 * * *", "Europe/Berlin"), "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
      Times{"2026-03-29T01:00:00Z"});
}

TEST(Schedule, ATimeThatComesTwiceRunsOnce) {
  const auto schedule = make("0 2 * * *", "Europe/Berlin");
  EXPECT_EQ(due(schedule, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
            (Times{"2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"}));
  EXPECT_EQ(
      due(make("30 1 * * *", "America/New_York"), "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z"),
      (Times{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}));
}

TEST(Schedule, AnHourlyJobKeepsItsPaceThroughBothChanges) {
  const auto schedule = make("0 * * * *", "Europe/Berlin");
  EXPECT_EQ(due(schedule, "2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z").size(), 4u);
  EXPECT_EQ(due(schedule, "2026-03-28T23:00:00Z", "2026-03-29T03:00:00Z").size(), 4u);
}

TEST(Schedule, EveryDayOfManyYearsHasExactlyOneRun) {
  for (const char* zone : {"Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe",
                           "Africa/Cairo", "Asia/Kathmandu", "America/St_Johns"})
    for (const char* cron : {"0 2 * * *", "0 0 * * *", "45 1 * * *", "59 23 * * *"})
      EXPECT_EQ(due(make(cron, zone), "2009-12-31T12:00:00Z", "2024-12-31T12:00:00Z").size(), 5479u)
          << zone << " " << cron;
}

TEST(Schedule, ADayThatAZoneLeftOutHasNoRun) {
  EXPECT_EQ(
      due(make("0 2 * * *", "Pacific/Apia"), "2011-12-28T20:00:00Z", "2012-01-01T00:00:00Z").size(),
      3u);  // 29, 31 December and 1 January; there was no 30th
}

TEST(Schedule, FindsLeapDays) {
  EXPECT_EQ(due(make("0 0 29 2 *", "UTC"), "2096-01-01T00:00:00Z", "2104-12-31T00:00:00Z"),
            (Times{"2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"}));
}

TEST(Schedule, LatestBetweenIsTheNewestOfTheMissed) {
  const auto schedule = make("0 2 * * *", "UTC");
  const auto at = [](const char* text) { return *parse_timestamp(text); };
  const auto latest =
      schedule.latest_between(at("2026-03-01T02:00:00Z"), at("2026-03-09T01:00:00Z"));
  ASSERT_TRUE(latest);
  EXPECT_EQ(format_timestamp(*latest), "2026-03-08T02:00:00Z");
  EXPECT_EQ(schedule.latest_between(at("2026-03-01T02:00:00Z"), at("2026-03-02T01:59:00Z")),
            std::nullopt);
  EXPECT_EQ(schedule.latest_between(at("2026-03-01T01:59:00Z"), at("2026-03-01T02:00:00Z")),
            at("2026-03-01T02:00:00Z"));
}

TEST(Schedule, RefusesUnknownZonesAndDaysThatNeverCome) {
  for (const char* zone : {"", "Europe/Atlantis", "../../etc/passwd", "CEST7"}) {
    const auto schedule = Schedule::create({.cron = "0 2 * * *", .timezone = zone});
    ASSERT_FALSE(schedule) << zone;
    EXPECT_EQ(schedule.error().where, "schedule.timezone");
  }
  const auto never = Schedule::create({.cron = "0 0 30 2 *", .timezone = "UTC"});
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace marquee
