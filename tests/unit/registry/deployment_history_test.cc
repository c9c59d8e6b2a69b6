#include "registry/deployment_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/durable_file.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

using testing::ElementsAre;

HistoryLine line_of(const std::string& action, const std::string& model) {
  return {.time = 1'742'032'800'000'000,
          .action = action,
          .model = model,
          .checksum = "sum of " + model,
          .replaced = {},
          .reason = "a \"reason\"\nof two lines",
          .run_id = "run"};
}

std::vector<std::string> models_in(const std::vector<HistoryLine>& lines) {
  std::vector<std::string> names;
  for (const HistoryLine& line : lines) names.push_back(line.model);
  return names;
}

// The way to production after actions like "deploy a".
std::vector<std::string> way(const std::vector<std::pair<std::string, std::string>>& actions) {
  std::vector<HistoryLine> lines;
  for (const auto& [action, model] : actions) lines.push_back(line_of(action, model));
  return models_in(production_line(lines));
}

TEST(DeploymentHistory, NoFileIsNoLines) {
  const TemporaryFolder folder;
  EXPECT_THAT(read_history(folder.path() / "history.jsonl").value(), ElementsAre());
}

TEST(DeploymentHistory, GivesBackWhatWasAppended) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "history.jsonl";
  ASSERT_TRUE(append_history(path, line_of("deploy", "a")));
  ASSERT_TRUE(append_history(path, line_of("prune", "b")));
  const auto lines = read_history(path).value();
  ASSERT_EQ(models_in(lines), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(lines[0].time, 1'742'032'800'000'000);
  EXPECT_EQ(lines[0].action, "deploy");
  EXPECT_EQ(lines[0].checksum, "sum of a");
  EXPECT_EQ(lines[0].reason, "a \"reason\"\nof two lines");
  EXPECT_EQ(lines[0].run_id, "run");
}

TEST(DeploymentHistory, PassesOverALineThatAPowerCutTore) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "history.jsonl";
  ASSERT_TRUE(append_history(path, line_of("deploy", "a")));
  std::ofstream(path, std::ios::app) << R"({"time":"2026-03-01T02:00:00Z","act)";
  EXPECT_THAT(models_in(read_history(path).value()), ElementsAre("a"));
  ASSERT_TRUE(append_history(path, line_of("deploy", "b")));
  EXPECT_THAT(models_in(read_history(path).value()), ElementsAre("a", "b"));
}

TEST(DeploymentHistory, PassesOverLinesThatAreNone) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "history.jsonl";
  ASSERT_TRUE(write_file_durably(path, "[]\n\n{}\n7\n\xff\n{\"time\":5,\"action\":\"deploy\"}\n"));
  EXPECT_THAT(read_history(path).value(), ElementsAre());
}

TEST(ProductionLine, ARollbackTakesTheLastDeploymentAway) {
  EXPECT_THAT(way({{"deploy", "a"}, {"deploy", "b"}, {"deploy", "c"}}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(way({{"deploy", "a"}, {"deploy", "b"}, {"rollback", "a"}}), ElementsAre("a"));
  EXPECT_THAT(way({{"deploy", "a"},
                   {"deploy", "b"},
                   {"deploy", "c"},
                   {"rollback", "b"},
                   {"rollback", "a"}}),
              ElementsAre("a"));
  EXPECT_THAT(way({{"deploy", "a"}, {"deploy", "b"}, {"rollback", "a"}, {"deploy", "d"}}),
              ElementsAre("a", "d"));
  EXPECT_THAT(way({{"deploy", "a"}, {"deploy", "b"}, {"deploy", "a"}}), ElementsAre("a", "b", "a"));
}

TEST(ProductionLine, OtherLinesDoNotCount) {
  EXPECT_THAT(way({{"deploy", "a"}, {"prune", "x"}, {"deploy", "a"}}), ElementsAre("a"));
}

TEST(ProductionLine, AFoundModelIsADeploymentUnlessItIsTheOneBefore) {
  EXPECT_THAT(way({{"deploy", "a"}, {"found", "b"}}), ElementsAre("a", "b"));
  EXPECT_THAT(way({{"deploy", "a"}, {"deploy", "b"}, {"found", "a"}}), ElementsAre("a"));
}

}  // namespace
}  // namespace marquee
