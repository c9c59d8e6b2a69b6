#include "pipeline/scheduler.h"

#include <gtest/gtest.h>

#include "core/log.h"
#include "core/timestamp.h"
#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

constexpr TimeMicros kMinute = 60 * kMicrosPerSecond;

TimeMicros at(std::string_view text) {
  return *parse_timestamp(text);
}

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() {
    config_.data_dir = folder_.path();
    spdlog::set_level(spdlog::level::off);
  }

  Result<Scheduler> create(Scheduler::Job job) {
    return Scheduler::create(config_, clock_, std::move(job));
  }

  Scheduler::Job recording_job() {
    return [this](TimeMicros due, std::stop_token) -> Status {
      runs_.push_back(format_timestamp(due));
      return {};
    };
  }

  // One start of the program: what is due is run, then it ends.
  void restart(Scheduler::Job job) {
    auto scheduler = create(std::move(job));
    ASSERT_TRUE(scheduler) << scheduler.error().message();
    const auto next = scheduler->run_due({});
    ASSERT_TRUE(next) << next.error().message();
    EXPECT_GT(*next, clock_.now());
  }

  void restart_every_minute(std::string_view from, std::string_view to) {
    for (TimeMicros now = at(from); now <= at(to); now += kMinute) {
      clock_.set(now);
      restart(recording_job());
    }
  }

  TemporaryFolder folder_;
  Config config_;
  SimulatedClock clock_{0};
  std::vector<std::string> runs_;
};

using Times = std::vector<std::string>;

TEST_F(SchedulerTest, RestartedEveryMinuteItRunsOnceADay) {
  restart_every_minute("2026-03-01T01:00:00Z", "2026-03-03T03:00:00Z");
  EXPECT_EQ(runs_, (Times{"2026-03-01T02:00:00Z", "2026-03-02T02:00:00Z", "2026-03-03T02:00:00Z"}));
}

TEST_F(SchedulerTest, RestartedEveryMinuteOnTheDayTheClockSkips) {
  config_.schedule.timezone = "Europe/Berlin";
  restart_every_minute("2026-03-28T00:00:00Z", "2026-03-30T03:00:00Z");
  EXPECT_EQ(runs_, (Times{"2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}));
}

TEST_F(SchedulerTest, RestartedEveryMinuteOnTheDayTheClockGoesBack) {
  config_.schedule.timezone = "Europe/Berlin";
  restart_every_minute("2026-10-23T23:00:00Z", "2026-10-26T03:00:00Z");
  EXPECT_EQ(runs_, (Times{"2026-10-24T00:00:00Z", "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"}));
}

TEST_F(SchedulerTest, WaitsByItselfOverBothChanges) {
  config_.schedule.timezone = "Europe/Berlin";
  for (const auto& [from, to] : {std::pair("2026-03-20T12:00:00Z", "2026-04-05T12:00:00Z"),
                                 std::pair("2026-10-20T12:00:00Z", "2026-11-05T12:00:00Z")}) {
    runs_.clear();
    std::filesystem::remove(folder_.path() / "runs" / "schedule.json");
    clock_.set(at(from));
    clock_.set_limit(at(to));
    auto scheduler = create(recording_job());
    ASSERT_TRUE(scheduler);
    std::stop_source stop;
    clock_.on_limit = [&] { stop.request_stop(); };
    scheduler->run(stop.get_token());
    EXPECT_EQ(runs_.size(), 16u) << from;
  }
}

TEST_F(SchedulerTest, TheFirstStartRunsNothingOfThePast) {
  clock_.set(at("2026-03-01T14:00:00Z"));
  restart(recording_job());
  EXPECT_TRUE(runs_.empty());
}

TEST_F(SchedulerTest, ManyMissedRunsAreCaughtUpByOne) {
  clock_.set(at("2026-03-01T14:00:00Z"));
  restart(recording_job());
  clock_.set(at("2026-03-09T10:00:00Z"));
  restart(recording_job());
  restart(recording_job());
  EXPECT_EQ(runs_, Times{"2026-03-09T02:00:00Z"});
}

TEST_F(SchedulerTest, AnInterruptedRunIsStartedAgainWithTheSameDueTime) {
  clock_.set(at("2026-03-01T01:00:00Z"));
  restart(recording_job());
  clock_.set(at("2026-03-01T02:00:00Z"));
  auto scheduler = create([&](TimeMicros due, std::stop_token) -> Status {
    runs_.push_back(format_timestamp(due));
    return fail(ErrorCode::kUnavailable, "interrupted");
  });
  ASSERT_TRUE(scheduler);
  std::stop_source stop;
  stop.request_stop();
  ASSERT_TRUE(scheduler->run_due(stop.get_token()));
  scheduler = fail(ErrorCode::kInternal, "");  // the program ends
  clock_.set(at("2026-03-01T02:05:00Z"));
  restart(recording_job());
  restart(recording_job());
  EXPECT_EQ(runs_, (Times{"2026-03-01T02:00:00Z", "2026-03-01T02:00:00Z"}));
}

TEST_F(SchedulerTest, ARunThatKillsTheProgramIsTriedThreeTimes) {
  clock_.set(at("2026-03-01T01:00:00Z"));
  restart(recording_job());
  clock_.set(at("2026-03-01T02:00:00Z"));
  struct Killed {};
  for (int i = 0; i < 5; ++i) {
    auto scheduler = create([&](TimeMicros due, std::stop_token) -> Status {
      runs_.push_back(format_timestamp(due));
      throw Killed{};
    });
    ASSERT_TRUE(scheduler);
    try {
      ASSERT_TRUE(scheduler->run_due({}));
    } catch (const Killed&) {
    }
  }
  EXPECT_EQ(runs_.size(), static_cast<std::size_t>(kMaxAttempts));
}

TEST_F(SchedulerTest, AFailedRunIsNotRepeatedAndItsOutcomeIsKept) {
  clock_.set(at("2026-03-01T01:00:00Z"));
  restart(recording_job());
  clock_.set(at("2026-03-01T02:00:00Z"));
  for (int i = 0; i < 2; ++i)
    restart([&](TimeMicros due, std::stop_token) -> Status {
      runs_.push_back(format_timestamp(due));
      return fail(ErrorCode::kUnfit, "no ratings");
    });
  EXPECT_EQ(runs_.size(), 1u);
  const auto state = read_scheduler_state(folder_.path());
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->finished);
  EXPECT_EQ(state->outcome, "no ratings");
}

TEST_F(SchedulerTest, ARunLongerThanADayIsFollowedByTheNextAtOnce) {
  clock_.set(at("2026-03-01T01:00:00Z"));
  restart(recording_job());
  clock_.set(at("2026-03-01T02:00:00Z"));
  auto scheduler = create([&](TimeMicros due, std::stop_token) -> Status {
    runs_.push_back(format_timestamp(due));
    clock_.set(at("2026-03-02T05:00:00Z"));
    return {};
  });
  ASSERT_TRUE(scheduler);
  const auto next = scheduler->run_due({});
  ASSERT_TRUE(next);
  EXPECT_EQ(format_timestamp(*next), "2026-03-02T02:00:00Z");
}

TEST_F(SchedulerTest, AClockThatWasFarAheadDoesNotStopTheNights) {
  clock_.set(at("2099-01-01T00:00:00Z"));
  restart(recording_job());
  restart_every_minute("2026-03-01T01:00:00Z", "2026-03-01T03:00:00Z");
  EXPECT_EQ(runs_, Times{"2026-03-01T02:00:00Z"});
}

TEST_F(SchedulerTest, ASmallStepBackOfTheClockDoesNotRepeatARun) {
  restart_every_minute("2026-03-01T01:58:00Z", "2026-03-01T02:01:00Z");
  restart_every_minute("2026-03-01T01:50:00Z", "2026-03-01T02:10:00Z");
  EXPECT_EQ(runs_, Times{"2026-03-01T02:00:00Z"});
}

TEST_F(SchedulerTest, AStateFileThatIsRubbishIsReplaced) {
  std::filesystem::create_directories(folder_.path() / "runs");
  for (const char* rubbish : {"", "[]", "{\"last_due\": 3}", "{\"last_due\": \"soon\"}"}) {
    ASSERT_TRUE(write_file_durably(folder_.path() / "runs" / "schedule.json", rubbish));
    clock_.set(at("2026-03-01T01:00:00Z"));
    restart(recording_job());
    EXPECT_TRUE(read_scheduler_state(folder_.path())) << rubbish;
  }
}

TEST_F(SchedulerTest, ADataDirHasOneScheduler) {
  const auto first = create(recording_job());
  ASSERT_TRUE(first);
  const auto second = create(recording_job());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

TEST_F(SchedulerTest, AThreadStopsWhenDestroyed) {
  SystemClock clock;
  auto scheduler = Scheduler::create(config_, clock, recording_job());
  ASSERT_TRUE(scheduler);
  {
    SchedulerThread thread(std::move(*scheduler));
  }
  SUCCEED() << "destroying it did not hang";
}

}  // namespace
}  // namespace marquee
