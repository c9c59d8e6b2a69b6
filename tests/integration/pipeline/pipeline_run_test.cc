// Runs through the binary: exit codes, two at once, events that arrive between tasks, the
// scheduler's signals.
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/clock.h"
#include "core/durable_file.h"
#include "pipeline/pipeline_lock.h"
#include "tests/integration/pipeline/marquee_process.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kFirst = "20260301_020000";
constexpr const char* kSecond = "20260302_020000";

class PipelineRunTest : public MarqueeFixture {
 protected:
  Result<PipelineLock> hold_lock(const std::filesystem::path& data_dir) {
    return PipelineLock::acquire({.data_dir = data_dir, .task = "test", .run_id = kFirst}, clock_);
  }
  SystemClock clock_;
};

TEST_F(PipelineRunTest, SkipsReloadWithoutAServerAndReloadAloneFails) {
  const auto data_dir = new_data_dir("data");
  const auto done = run(data_dir, {"pipeline", "run", "--run-id", kFirst});
  EXPECT_EQ(done.exit_code, 0) << done.output;
  const auto reload =
      nlohmann::json::parse(bytes_of(data_dir / "runs" / kFirst / "reload.json"), nullptr, false);
  EXPECT_EQ(reload.value("status", ""), "skipped");
  EXPECT_EQ(reload.value("reason", ""), "no server");
  EXPECT_EQ(run(data_dir, {"reload"}).exit_code, 1);
}

TEST_F(PipelineRunTest, TheGateKeepsThePresentModelByExit4) {
  const auto data_dir = new_data_dir("data");
  ASSERT_EQ(run(data_dir, {"train", "--deploy", "--run-id", kFirst}).exit_code, 0);
  const std::string before = bytes_of(production(data_dir));
  const std::vector<std::string> strict = {"--run-id", kSecond, "--set",
                                           "gate.min_precision_at_10=0.99"};
  for (std::vector<std::string> command :
       {std::vector<std::string>{"pipeline", "run"}, {"train", "--deploy"}, {"evaluate"}}) {
    command.insert(command.end(), strict.begin(), strict.end());
    const auto refused = run(data_dir, command);
    EXPECT_EQ(refused.exit_code, 4) << refused.output;
    EXPECT_NE(refused.output.find("FAIL"), std::string::npos) << refused.output;
  }
  EXPECT_EQ(run(data_dir, {"deploy", "--run-id", kSecond}).exit_code, 4);
  EXPECT_TRUE(bytes_of(production(data_dir)) == before);
}

TEST_F(PipelineRunTest, WithoutRatingsItEndsByExit3) {
  for (const char* task : {"validate", "train"})
    EXPECT_EQ(run(folder_ / "empty", {task}).exit_code, 3) << task;
  EXPECT_EQ(run(folder_ / "empty", {"pipeline", "run"}).exit_code, 3);
}

TEST_F(PipelineRunTest, WithJsonEveryAnswerIsOneObject) {
  const auto data_dir = new_data_dir("data");
  const auto object = [&](const std::vector<std::string>& command, int exit_code) {
    auto arguments = command;
    arguments.insert(arguments.end(), {"--json", "--quiet"});
    const auto finished = run(data_dir, arguments);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.output;
    std::vector<std::string> objects;
    std::istringstream lines(finished.output);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with('{')) objects.push_back(line);
    EXPECT_EQ(objects.size(), 1u) << finished.output;
    auto json = nlohmann::json::parse(objects.empty() ? "" : objects.front(), nullptr, false);
    EXPECT_TRUE(json.is_object()) << finished.output;
    return json;
  };
  EXPECT_EQ(object({"validate"}, 0)["status"], "done");
  EXPECT_EQ(object({"train", "--deploy", "--run-id", kFirst}, 0)["deploy"]["status"], "done");
  const auto refused =
      object({"evaluate", "--run-id", kFirst, "--set", "gate.min_precision_at_10=0.99"}, 4);
  EXPECT_EQ(refused["status"], "refused");
  EXPECT_EQ(refused["error"]["code"], "gate_refused");
  EXPECT_EQ(object({"reload"}, 1)["error"]["code"], "unavailable");
  EXPECT_EQ(object({"doctor"}, 0)["healthy"], true);
}

TEST_F(PipelineRunTest, TasksOneByOneGiveWhatTheChainGives) {
  const auto data_dir = new_data_dir("data");
  const auto other = copy_of(data_dir, "other");
  ASSERT_EQ(run(data_dir, {"pipeline", "run", "--run-id", kFirst}).exit_code, 0);
  for (const char* task : {"validate", "extract-features", "train", "evaluate", "deploy"}) {
    ASSERT_EQ(run(other, {task, "--run-id", kFirst}).exit_code, 0) << task;
    ASSERT_EQ(run(other, {"produce", "--count", "20"}).exit_code, 0);
    ASSERT_EQ(run(other, {"consume", "--exit-when-idle", "0.2"}).exit_code, 0);
  }
  EXPECT_TRUE(bytes_of(production(data_dir)) == bytes_of(production(other)))
      << "what arrives between tasks is not in the run";
}

TEST_F(PipelineRunTest, OfTwoAtOnceTheSecondIsRefusedAndToldWhy) {
  const auto data_dir = new_data_dir("data");
  const auto lock = hold_lock(data_dir);
  ASSERT_TRUE(lock);
  const auto refused = run(data_dir, {"pipeline", "run"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.output.find("test of run 20260301_020000"), std::string::npos)
      << refused.output;
  EXPECT_EQ(run(data_dir, {"train"}).exit_code, 1);
}

TEST_F(PipelineRunTest, OfTwoAtOnceTheSecondWaitsWhenAsked) {
  const auto data_dir = new_data_dir("data");
  auto lock = std::make_unique<Result<PipelineLock>>(hold_lock(data_dir));
  ASSERT_TRUE(*lock);
  MarqueeProcess waiting(on(data_dir, {"pipeline", "run", "--wait", "--run-id", kSecond}),
                         folder_ / "waiting");
  EXPECT_FALSE(waiting.ended_within(milliseconds(700)));
  EXPECT_FALSE(std::filesystem::exists(production(data_dir)));
  lock.reset();
  const auto finished = waiting.wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_TRUE(std::filesystem::exists(production(data_dir)));
}

TEST_F(PipelineRunTest, TheSchedulerRunsWhenDueAndStopsOnATerm) {
  const auto data_dir = new_data_dir("data");
  MarqueeProcess scheduler(on(data_dir, {"pipeline", "schedule"}), folder_ / "scheduler");
  const auto state = data_dir / "runs" / "schedule.json";
  while (!std::filesystem::exists(state) && !scheduler.ended_within(milliseconds(10))) continue;
  EXPECT_EQ(run(data_dir, {"pipeline", "schedule"}).exit_code, 1) << "one scheduler for a data dir";
  scheduler.send(SIGTERM);
  EXPECT_TRUE(scheduler.ended_within(seconds(120)));
  EXPECT_EQ(scheduler.wait().exit_code, 0);

  // A night long ago was the last: the missed nights are caught up by one.
  ASSERT_TRUE(write_file_durably(
      state, R"({"last_due": "2026-01-01T02:00:00Z", "attempts": 1, "finished": true,)"
             R"("outcome": "done"})"));
  MarqueeProcess late(on(data_dir, {"pipeline", "schedule"}), folder_ / "late");
  while (!std::filesystem::exists(production(data_dir)) && !late.ended_within(milliseconds(10)))
    continue;
  late.send(SIGTERM);
  EXPECT_TRUE(late.ended_within(seconds(120)));
  const auto finished = late.wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_TRUE(std::filesystem::exists(production(data_dir))) << finished.output;
}

TEST_F(PipelineRunTest, TheDoctorFindsWhatIsBroken) {
  const auto data_dir = new_data_dir("data");
  EXPECT_EQ(run(data_dir, {"doctor"}).exit_code, 0)
      << "a new installation is healthy, with warnings";
  ASSERT_EQ(run(data_dir, {"train", "--deploy", "--run-id", kFirst}).exit_code, 0);
  std::filesystem::resize_file(production(data_dir), 1000);
  const auto sick = run(data_dir, {"doctor"});
  EXPECT_EQ(sick.exit_code, 1);
  EXPECT_NE(sick.output.find("FAIL  model"), std::string::npos) << sick.output;
  EXPECT_NE(sick.output.find("marquee models rollback"), std::string::npos) << sick.output;
}

}  // namespace
}  // namespace marquee
