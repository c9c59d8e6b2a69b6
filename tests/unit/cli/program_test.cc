// What main() does for every subcommand: global options, error reports, exit codes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/cli/run_program.h"

namespace marquee {
namespace {

TEST(Program, TellsItsVersionAndItsCommands) {
  EXPECT_EQ(run_program("--version").out, std::string("marquee ") + MARQUEE_VERSION + "\n");
  const auto help = run_program("--help");
  EXPECT_EQ(help.code, 0);
  EXPECT_TRUE(has(help, "recommend")) << help.out;
}

TEST(Program, WrongUsageIsExitCodeTwo) {
  for (const char* arguments : {"", "nosuch", "recommend --nosuch", "--nosuch"})
    EXPECT_EQ(run_program(arguments).code, 2) << arguments;
}

TEST(Program, AMisspeltWordIsNamedWithTheNearestOne) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"recomend 1", "unknown command 'recomend'; did you mean 'recommend'?"},
      {"models lst", "unknown command 'lst'; did you mean 'list'?"},
      {"recommend 1 --explian", "unknown option '--explian'; did you mean '--explain'?"},
      {"recommend 1 --data-dri x", "unknown option '--data-dri'; did you mean '--data-dir'?"},
      {"recommend 1 2", "unexpected argument '2'"}};
  for (const auto& [arguments, words] : cases) {
    const auto outcome = run_program(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_TRUE(has(outcome, words)) << outcome.out;
    EXPECT_TRUE(has(outcome, "--help")) << outcome.out;
  }
}

TEST(Program, GlobalOptionsStandBeforeOrAfterTheSubcommand) {
  for (const char* arguments :
       {"--set server.port=often recommend 1", "recommend 1 --set server.port=often",
        "recommend --set server.port=often 1"}) {
    const auto outcome = run_program(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_TRUE(has(outcome, "server.port cannot be 'often'")) << outcome.out;
  }
}

TEST(Program, TheEnvironmentStandsInForTheOptions) {
  const std::string variables =
      "MARQUEE_DATA_DIR=/nowhere/of/variable MARQUEE_CONFIG=/nowhere.yaml";
  EXPECT_TRUE(has(run_program("models list", Streams::kBoth, variables), "/nowhere.yaml"));
  const std::string folder = "MARQUEE_DATA_DIR=/dev/null/variable";
  EXPECT_TRUE(has(run_program("recommend 1", Streams::kBoth, folder), "/dev/null/variable"));
  const auto given = run_program("recommend 1 --data-dir /dev/null/given", Streams::kBoth, folder);
  EXPECT_TRUE(has(given, "/dev/null/given")) << given.out;
}

TEST(Program, AnErrorSaysWhatWhereAndHowToMendIt) {
  const auto outcome = run_program("recommend 1 --set sever.port=1");
  EXPECT_TRUE(has(outcome, "unknown setting 'sever.port'")) << outcome.out;
  EXPECT_TRUE(has(outcome, "where: --set")) << outcome.out;
  EXPECT_TRUE(has(outcome, "to mend it: did you mean 'server.port'?")) << outcome.out;
}

TEST(Program, AnErrorIsJsonOnStandardOutputOnRequest) {
  const auto outcome = run_program("recommend 1 --json --set sever.port=1", Streams::kOutput);
  const auto json = nlohmann::json::parse(outcome.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << outcome.out;
  EXPECT_EQ(json["error"]["code"], "usage");
  EXPECT_EQ(json["error"]["mend"], "did you mean 'server.port'?");
}

TEST(Program, AnErrorWithoutJsonLeavesStandardOutputEmpty) {
  EXPECT_EQ(run_program("recommend 1 --set sever.port=1", Streams::kOutput).out, "");
}

}  // namespace
}  // namespace marquee
