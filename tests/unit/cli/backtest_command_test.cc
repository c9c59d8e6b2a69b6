// marquee backtest and evaluate, through the program.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "tests/unit/cli/run_program.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

class BacktestCommandTest : public testing::Test {
 protected:
  BacktestCommandTest() {
    std::string ratings = "user_id,movie_id,rating,timestamp\n";
    for (int user = 1; user <= 25; ++user)
      for (int day = 0; day < 8; ++day)
        ratings += fmt::format("{},{},{},{}\n", user, 1 + (user * 7 + day * (1 + user % 3)) % 40,
                               3 + (user + day) % 3, 1'700'006'400 + day * 86'400 + user * 60);
    EXPECT_TRUE(write_file_durably(ratings_, ratings));
  }
  Outcome run(const std::string& arguments, Streams streams = Streams::kBoth) const {
    return run_program(
        "backtest --ratings " + ratings_.string() + " --set model.threads=2 " + arguments, streams);
  }

  TemporaryFolder folder_;
  std::filesystem::path ratings_ = folder_.path() / "ratings.csv";
};

TEST_F(BacktestCommandTest, PrintsAndWritesWhatItFound) {
  const auto report = folder_.path() / "report.json", plot = folder_.path() / "plot.svg";
  const Outcome outcome = run("--from 2023-11-19 --to 2023-11-22 --json --report " +
                                  report.string() + " --plot " + plot.string(),
                              Streams::kOutput);
  ASSERT_EQ(outcome.code, 0) << outcome.out;
  const auto printed = nlohmann::json::parse(outcome.out, nullptr, false);
  ASSERT_TRUE(printed.is_object()) << outcome.out;
  EXPECT_EQ(printed["steps"].size(), 3u);
  EXPECT_EQ(nlohmann::json::parse(read_file(report).value_or("")), printed);
  EXPECT_TRUE(read_file(plot).value_or("").starts_with("<svg "));
  EXPECT_TRUE(has(run("--from 2023-11-19 --to 2023-11-22"), "daily"));
}

TEST_F(BacktestCommandTest, ExitCodesSayWhatIsWrong) {
  EXPECT_EQ(run("--from 2023-11-22 --to 2023-11-19").code, 2) << "reversed";
  EXPECT_EQ(run("--from 2023-11-19 --to 2023-11-22 --every 0d").code, 2);
  EXPECT_EQ(run("--from 2023-11-19 --to 2023-11-22 --learn never").code, 2);
  EXPECT_EQ(run("--from 2023-11-19").code, 2) << "no --to";
  EXPECT_EQ(run("--from 2001-01-01 --to 2001-01-03").code, 3) << "before all data";
  const Outcome late = run("--from 2030-01-01 --to 2030-01-03");
  EXPECT_EQ(late.code, 3) << "an interval without events";
  EXPECT_TRUE(has(late, "the ratings reach from 2023-11-15")) << late.out;
  EXPECT_EQ(run("--from 2023-11-19 --to 2023-11-22 --plot " +
                (folder_.path() / "no" / "plot.svg").string())
                .code,
            1);
}

TEST_F(BacktestCommandTest, DataWithoutTimestampsHasNoHistory) {
  ASSERT_TRUE(write_file_durably(ratings_, "user_id,movie_id,rating\n1,2,3\n1,3,4\n2,2,5\n"));
  const Outcome outcome = run("--from 2023-11-19 --to 2023-11-22");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_TRUE(has(outcome, "no rating has a time")) << outcome.out;
}

TEST(EvaluateCommand, RefusesWhatDoesNotGoTogether) {
  for (const char* arguments :
       {"evaluate --scores a.csv", "evaluate --test a.csv", "evaluate --folds 1",
        "evaluate --folds 101", "evaluate --folds x", "evaluate --scores a --test b --folds 3",
        "evaluate --scores a --test b --against c",
        "evaluate --scores a --test b --run-id 20260301_020000"})
    EXPECT_EQ(run_program(arguments).code, 2) << arguments;
}

}  // namespace
}  // namespace marquee
