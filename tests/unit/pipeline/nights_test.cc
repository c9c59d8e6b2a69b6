#include "pipeline/nights.h"

#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "core/timestamp.h"
#include "pipeline/run_folder.h"
#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

TimeMicros at(std::string_view text) {
  return *parse_timestamp(text);
}

class NightsTest : public testing::Test {
 protected:
  NightsTest() {
    config_.data_dir = folder_.path();
    config_.schedule = {.cron = "0 2 * * *", .timezone = "UTC", .overdue_minutes = 180};
  }

  void keep(const std::string& run_id, const std::string& task, const std::string& status) {
    const RunFolder run(config_.data_dir, run_id);
    ASSERT_TRUE(run.create());
    ASSERT_TRUE(run.write_record(task, {{"status", status}}));
  }

  Nights look(std::string_view now, std::optional<TimeMicros> served = std::nullopt) {
    const auto nights = look_at_nights(config_, at(now), served);
    EXPECT_TRUE(nights);
    return nights.value_or(Nights{});
  }

  TemporaryFolder folder_;
  Config config_;
};

TEST_F(NightsTest, WhereThereNeverWasARunNoneIsMissed) {
  const Nights nights = look("2026-03-05T12:00:00Z");
  EXPECT_EQ(nights.last_success, std::nullopt);
  EXPECT_EQ(nights.missed, std::nullopt);
}

TEST_F(NightsTest, ANightIsMissedOnceTheAllowanceHasPassed) {
  keep("20260301_020000", "deploy", "done");
  EXPECT_EQ(look("2026-03-01T12:00:00Z").last_success, at("2026-03-01T02:00:00Z"));
  EXPECT_EQ(look("2026-03-02T04:59:59Z").missed, std::nullopt) << "it may still be running";
  EXPECT_EQ(look("2026-03-02T05:00:00Z").missed, at("2026-03-02T02:00:00Z"));
  EXPECT_EQ(look("2026-03-04T04:00:00Z").missed, at("2026-03-03T02:00:00Z")) << "the newest";
}

TEST_F(NightsTest, ARunByHandMakesUpForTheNight) {
  keep("20260301_020000", "deploy", "done");
  keep("20260302_093000", "deploy", "done");
  EXPECT_EQ(look("2026-03-02T12:00:00Z").missed, std::nullopt);
}

TEST_F(NightsTest, AGateThatKeepsThePresentModelIsAnEnd) {
  keep("20260301_020000", "evaluate", "refused");
  EXPECT_EQ(look("2026-03-01T12:00:00Z").last_success, at("2026-03-01T02:00:00Z"));
}

TEST_F(NightsTest, UnfitDataAndAFailedReloadAreNone) {
  keep("20260301_020000", "deploy", "done");
  keep("20260302_020000", "validate", "unfit");
  EXPECT_EQ(look("2026-03-02T12:00:00Z").missed, at("2026-03-02T02:00:00Z"));
  keep("20260302_020000", "deploy", "done");
  keep("20260302_020000", "reload", "failed");
  EXPECT_EQ(look("2026-03-02T12:00:00Z").missed, at("2026-03-02T02:00:00Z"));
  keep("20260302_020000", "reload", "done");
  EXPECT_EQ(look("2026-03-02T12:00:00Z").missed, std::nullopt);
}

TEST_F(NightsTest, TheVeryFirstNightCanBeMissed) {
  keep("20260301_020000", "validate", "unfit");
  EXPECT_EQ(look("2026-03-01T12:00:00Z").missed, at("2026-03-01T02:00:00Z"));
}

TEST_F(NightsTest, ARunOfTheFutureDoesNotHideWhatIsMissed) {
  keep("20260301_020000", "deploy", "done");
  keep("20290101_020000", "deploy", "done");
  EXPECT_EQ(look("2026-03-02T12:00:00Z").missed, at("2026-03-02T02:00:00Z"));
}

TEST_F(NightsTest, AServerElsewhereKnowsOfTheNightByItsModel) {
  const TimeMicros served = at("2026-03-01T02:00:00Z");
  EXPECT_EQ(look("2026-03-01T12:00:00Z", served).last_success, served);
  EXPECT_EQ(look("2026-03-01T12:00:00Z", served).missed, std::nullopt);
  EXPECT_EQ(look("2026-03-02T12:00:00Z", served).missed, at("2026-03-02T02:00:00Z"));
}

TEST_F(NightsTest, AServerThatWasStartedWithTheNewModelMakesUpForAFailedReload) {
  keep("20260302_020000", "deploy", "done");
  keep("20260302_020000", "reload", "failed");
  EXPECT_EQ(look("2026-03-02T12:00:00Z").missed, at("2026-03-02T02:00:00Z"));
  EXPECT_EQ(look("2026-03-02T12:00:00Z", at("2026-03-02T02:00:00Z")).missed, std::nullopt);
}

TEST_F(NightsTest, TheScheduleSTimeZoneCounts) {
  config_.schedule.timezone = "Europe/Berlin";
  keep("20260301_010000", "deploy", "done");  // 02:00 in Berlin
  EXPECT_EQ(look("2026-03-02T03:59:59Z").missed, std::nullopt);
  EXPECT_EQ(look("2026-03-02T04:00:00Z").missed, at("2026-03-02T01:00:00Z"));
}

TEST_F(NightsTest, AWrongScheduleIsToldOf) {
  config_.schedule.cron = "rubbish";
  EXPECT_FALSE(look_at_nights(config_, 0));
}

TEST_F(NightsTest, TheWatchLooksAgainAsTimeGoesBy) {
  keep("20260301_020000", "deploy", "done");
  SimulatedClock clock(at("2026-03-02T04:58:00Z"));
  clock.set_limit(at("2026-03-02T05:01:30Z"));
  std::promise<void> ended;
  clock.on_limit = [&] { ended.set_value(); };
  std::vector<bool> missed;
  const NightWatch watch(
      config_, clock, [] { return std::nullopt; },
      [&](const Nights& nights) { missed.push_back(nights.missed.has_value()); });
  ended.get_future().wait();
  EXPECT_EQ(missed, (std::vector<bool>{false, false, true, true}));
}

}  // namespace
}  // namespace marquee
