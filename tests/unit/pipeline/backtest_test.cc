#include "pipeline/backtest.h"

#include <gtest/gtest.h>

#include "core/durable_file.h"
#include "core/timestamp.h"
#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/task_fixture.h"

namespace marquee {
namespace {

constexpr TimeMicros kHour = 3600 * kMicrosPerSecond;

TEST(BacktestPlan, IsReadAsTyped) {
  const auto plan = backtest_plan("1998-03-01", "1998-03-02T12:00:00Z", "12h");
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(format_timestamp(plan->from), "1998-03-01T00:00:00Z");
  EXPECT_EQ(plan->to - plan->from, 36 * kHour);
  EXPECT_EQ(plan->every, 12 * kHour);
  EXPECT_EQ(backtest_plan("1998-03-01", "1998-03-02", "1d")->every, 24 * kHour);
  EXPECT_EQ(backtest_plan("1998-03-01", "1998-03-02", "2w")->every, 14 * 24 * kHour);
  EXPECT_EQ(backtest_plan("1998-03-01", "1998-03-02", "90m")->every, kHour + kHour / 2);
}

TEST(BacktestPlan, NamesWhatIsNoDateAndNoTime) {
  const struct {
    const char *from, *to, *every, *where;
  } cases[] = {{"yesterday", "1998-03-02", "1d", "--from"},
               {"1998-02-30", "1998-03-02", "1d", "--from"},
               {"1998-03-01", "", "1d", "--to"},
               {"1998-03-01", "1998-03-02", "0d", "--every"},
               {"1998-03-01", "1998-03-02", "-1d", "--every"},
               {"1998-03-01", "1998-03-02", "d", "--every"},
               {"1998-03-01", "1998-03-02", "1", "--every"},
               {"1998-03-01", "1998-03-02", "1y", "--every"},
               {"1998-03-01", "1998-03-02", "1.5d", "--every"},
               {"1998-03-01", "1998-03-02", "", "--every"},
               {"1998-03-01", "1998-03-02", "99999999999999999999d", "--every"},
               {"1998-03-01", "1998-03-02", "100001w", "--every"}};
  for (const auto& one : cases) {
    const auto plan = backtest_plan(one.from, one.to, one.every);
    ASSERT_FALSE(plan) << one.from << one.to << one.every;
    EXPECT_EQ(plan.error().code, ErrorCode::kUsage);
    EXPECT_TRUE(plan.error().where.ends_with(one.where)) << plan.error().message();
  }
}

class BacktestRunTest : public testing::Test {
 protected:
  // 30 people who rate a movie of their taste every day, for ten days.
  BacktestRunTest() {
    std::string ratings = "user_id,movie_id,rating,timestamp\n";
    for (int user = 1; user <= 30; ++user)
      for (int day = 0; day < 10; ++day)
        ratings += fmt::format("{},{},{},{}\n", user, 1 + (user * 7 + day * (1 + user % 3)) % 40,
                               3 + (user + day) % 3, 1'700'006'400 + day * 86'400 + user * 60);
    std::string movies = "movie_id,title,genres\n";
    for (int movie = 1; movie <= 40; ++movie)
      movies += fmt::format("{0},Movie {0} (1999),{1}\n", movie, movie % 2 == 0 ? "Drama" : "War");
    EXPECT_TRUE(write_file_durably(data_.ratings, ratings));
    EXPECT_TRUE(write_file_durably(data_.movies, movies));
    config_.model.threads = 2;
    config_.data_dir = folder_.path() / "data";
  }
  Result<BacktestOutcome> run(std::string_view from, std::string_view to) {
    return run_backtest(config_, clock_, backtest_plan(from, to, "1d").value(), data_, {});
  }

  TemporaryFolder folder_;
  Config config_;
  SimulatedClock clock_{0};
  BacktestData data_{folder_.path() / "ratings.csv", folder_.path() / "movies.csv"};
};

TEST_F(BacktestRunTest, TrainsOnFilesAsTrainDoes) {
  const auto outcome = run("2023-11-20", "2023-11-24");
  ASSERT_TRUE(outcome) << outcome.error().message();
  const auto& record = outcome->report.record;
  ASSERT_EQ(record["steps"].size(), 4u);
  EXPECT_EQ(record["steps"][0]["past"], 30 * 5);
  EXPECT_EQ(record["steps"][0]["events"], 30);
  EXPECT_GT(record["steps"][0]["users"], 10);
  EXPECT_EQ(record["policies"][0]["trainings"], 4);
  EXPECT_TRUE(outcome->svg.starts_with("<svg "));
  EXPECT_EQ(run("2023-11-20", "2023-11-24")->report.record, record) << "and gives the same again";
  EXPECT_FALSE(std::filesystem::exists(config_.data_dir)) << "files alone: no store is touched";
}

TEST_F(BacktestRunTest, SaysWhereTheDataIs) {
  const auto outcome = run("2001-01-01", "2001-01-05");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnfit);
  EXPECT_NE(outcome.error().mend.find("2023-11-15"), std::string::npos)
      << outcome.error().message();
}

class BacktestStoreTest : public TaskFixture {};

TEST_F(BacktestStoreTest, ReplaysTheStore) {
  import_ratings();
  const auto outcome = run_backtest(
      config_, clock_, backtest_plan("1900-01-01", "2100-01-01", "2000w").value(), {}, {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnfit);
  EXPECT_NE(outcome.error().mend.find("the ratings reach from"), std::string::npos)
      << "it found the store's ratings: " << outcome.error().message();
}

}  // namespace
}  // namespace marquee
