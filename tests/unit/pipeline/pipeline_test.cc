#include "core/durable_file.h"
#include "pipeline/run_folder.h"
#include "pipeline/tasks.h"
#include "tests/unit/pipeline/task_fixture.h"

namespace marquee {
namespace {

using PipelineTest = TaskFixture;

constexpr const char* kAllTasks = "validate,extract-features,train,evaluate,deploy,reload";

TEST_F(PipelineTest, DeploysTheModelOfTheRun) {
  import_ratings();
  const auto report = run_pipeline(run(kFirst));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(performed(), kAllTasks);
  EXPECT_TRUE(production_bytes() == bytes_of(model_path(kFirst)));
  EXPECT_EQ(status_of_task(kFirst, "reload"), "skipped");
  EXPECT_EQ(RunFolder(folder_.path(), kFirst).record("reload")->at("reason"), "no server");
  EXPECT_EQ(status_of_task(kFirst, "pipeline"), "done");
}

TEST_F(PipelineTest, WhatIsDoneIsNotRepeated) {
  import_ratings();
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  performed();
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  EXPECT_EQ(performed(), "reload") << "it was skipped, not done";
}

TEST_F(PipelineTest, GoesOnWhereItStopped) {
  import_ratings();
  config_.gate.min_precision_at_10 = 0.99;
  ASSERT_FALSE(run_pipeline(run(kFirst)));
  EXPECT_EQ(performed(), "validate,extract-features,train,evaluate");
  const std::string model = bytes_of(model_path(kFirst));
  add_ratings(20, 3);
  config_.gate.min_precision_at_10 = 0.0;
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  EXPECT_EQ(performed(), "evaluate,deploy,reload");
  EXPECT_TRUE(production_bytes() == model);
}

TEST_F(PipelineTest, OtherSettingsRepeatWhatDependsOnThem) {
  import_ratings();
  config_.gate.max_ndcg_loss = 1;  // which of the two is better, 24 users do not tell
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  performed();
  config_.model.n_neighbors = 5;
  const auto again = run_pipeline(run(kFirst));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(performed(), "train,evaluate,deploy,reload");
}

TEST_F(PipelineTest, AnotherOrderOfListsIsAnotherModel) {
  import_ratings();
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  performed();
  config_.model.ranking.diversity = 0.5;
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  EXPECT_EQ(performed(), "train,evaluate,deploy,reload");
}

TEST_F(PipelineTest, ThreadsAreNoReasonToRepeat) {
  import_ratings();
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  performed();
  config_.model.threads = 1;
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  EXPECT_EQ(performed(), "reload");
}

TEST_F(PipelineTest, AModelThatIsGoneOrTruncatedIsTrainedAgain) {
  import_ratings();
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  const std::string model = bytes_of(model_path(kFirst));
  performed();
  std::filesystem::resize_file(model_path(kFirst), 100);
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  EXPECT_EQ(performed(), "train,evaluate,deploy,reload");
  EXPECT_TRUE(bytes_of(model_path(kFirst)) == model);
}

TEST_F(PipelineTest, ARecordOfRubbishCountsAsNotDone) {
  import_ratings();
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  performed();
  const auto path = RunFolder(folder_.path(), kFirst).record_path("evaluate");
  for (const char* rubbish : {"", "[]", R"({"status": 1})", R"({"status": "done"})", "\xff\xfe"}) {
    ASSERT_TRUE(write_file_durably(path, rubbish));
    ASSERT_TRUE(run_pipeline(run(kFirst)));
    EXPECT_EQ(performed(), "evaluate,deploy,reload") << rubbish;
  }
}

TEST_F(PipelineTest, StopsBetweenTwoTasks) {
  import_ratings();
  std::stop_source stop;
  RunContext context = run(kFirst);
  context.stop = stop.get_token();
  const auto collect = context.on_report;
  context.on_report = [&](const TaskReport& report) {
    collect(report);
    if (report.record.at("task") == "train") stop.request_stop();
  };
  const auto report = run_pipeline(context);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(performed(), "validate,extract-features,train");
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  EXPECT_EQ(performed(), "evaluate,deploy,reload");
}

TEST_F(PipelineTest, ARunThatWasCutShortIsResumedUnlessSomethingIsNew) {
  import_ratings();
  EXPECT_EQ(run_to_resume(config_), std::nullopt);
  std::stop_source stop;
  stop.request_stop();
  RunContext context = run(kFirst);
  context.stop = stop.get_token();
  ASSERT_FALSE(run_pipeline(context));
  EXPECT_EQ(run_to_resume(config_), kFirst);
  ASSERT_TRUE(run_validate(run(kFirst)));
  EXPECT_EQ(run_to_resume(config_), kFirst);
  add_ratings(1, 5);
  EXPECT_EQ(run_to_resume(config_), std::nullopt);
}

TEST_F(PipelineTest, AnAnswerOfNoIsNotResumed) {
  import_ratings();
  config_.gate.min_precision_at_10 = 0.99;
  ASSERT_FALSE(run_pipeline(run(kFirst)));
  EXPECT_EQ(run_to_resume(config_), std::nullopt);
}

TEST_F(PipelineTest, TheSecondNightComparesWithTheFirst) {
  import_ratings();
  ASSERT_TRUE(run_pipeline(run(kFirst)));
  add_ratings(40, 4);
  clock_.set(clock_.now() + 86'400 * kMicrosPerSecond);
  const auto report = run_pipeline(run(kSecond));
  ASSERT_TRUE(report) << report.error().message();
  const auto deploy = RunFolder(folder_.path(), kSecond).record("deploy");
  EXPECT_EQ(deploy->at("replaced"), "hybrid_model_20260301_020000");
  EXPECT_TRUE(production_bytes() == bytes_of(model_path(kSecond)));
}

}  // namespace
}  // namespace marquee
