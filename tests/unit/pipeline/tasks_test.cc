#include "pipeline/tasks.h"

#include "core/durable_file.h"
#include "model/model_data.h"
#include "pipeline/pipeline_lock.h"
#include "pipeline/run_folder.h"
#include "store/rating_store.h"
#include "stream/event_stream.h"
#include "tests/unit/pipeline/task_fixture.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

using TasksTest = TaskFixture;

ErrorCode code_of(const Result<TaskReport>& report) {
  EXPECT_FALSE(report);
  return report ? ErrorCode::kInternal : report.error().code;
}

TEST_F(TasksTest, TrainingTwiceGivesTheSameBytesWhateverCameInBetween) {
  import_ratings();
  ASSERT_TRUE(run_validate(run(kFirst)));
  add_ratings(50, 1);
  ASSERT_TRUE(run_train(run(kFirst)));
  const std::string bytes = bytes_of(model_path(kFirst));
  ASSERT_FALSE(bytes.empty());
  add_ratings(50, 2);
  clock_.set(clock_.now() + 3'600 * kMicrosPerSecond);
  ASSERT_TRUE(run_train(run(kFirst)));
  EXPECT_TRUE(bytes_of(model_path(kFirst)) == bytes);
  ASSERT_TRUE(run_train(run(kSecond)));
  EXPECT_FALSE(bytes_of(model_path(kSecond)) == bytes);
}

TEST_F(TasksTest, ANightCountsThePairsOfWhoRatedSinceTheLast) {
  const fs::path sums = folder_.path() / "models" / "pair_sums.safetensors";
  import_ratings();
  ASSERT_TRUE(run_train(run(kFirst)));
  EXPECT_EQ(reports_.back().record["pair_sums"]["taken_over_from"], nullptr);
  EXPECT_TRUE(fs::exists(sums));
  add_ratings(3, 1);  // many more would move the scale of everybody's grades
  ASSERT_TRUE(run_train(run(kSecond)));
  const auto counted = reports_.back().record["pair_sums"];
  EXPECT_EQ(counted["taken_over_from"], kFirst) << counted.dump();
  EXPECT_EQ(counted["users_counted"], 1) << counted.dump();
  const std::string bytes = bytes_of(model_path(kSecond)), left = bytes_of(sums);

  fs::remove(sums);
  ASSERT_TRUE(run_train(run(kSecond)));
  EXPECT_EQ(reports_.back().record["pair_sums"]["taken_over_from"], nullptr);
  EXPECT_TRUE(bytes_of(model_path(kSecond)) == bytes) << "everybody counted: the same model";
  EXPECT_TRUE(bytes_of(sums) == left) << "and the same sums";
}

TEST_F(TasksTest, PairSumsThatCannotBeReadAreReplaced) {
  const fs::path sums = folder_.path() / "models" / "pair_sums.safetensors";
  import_ratings();
  ASSERT_TRUE(run_train(run(kFirst)));
  ASSERT_TRUE(write_file_durably(sums, "rubbish"));
  ASSERT_TRUE(run_train(run(kSecond)));
  EXPECT_EQ(reports_.back().record["pair_sums"]["taken_over_from"], nullptr);
  EXPECT_GT(fs::file_size(sums), 1000U);
}

TEST_F(TasksTest, PairSumsAreKeptOnlyWhereTheyAreWanted) {
  const fs::path sums = folder_.path() / "models" / "pair_sums.safetensors";
  import_ratings();
  ASSERT_TRUE(run_train(run(kFirst)));
  ASSERT_TRUE(fs::exists(sums));
  config_.model.keep_pair_sums = false;
  const std::string bytes = bytes_of(model_path(kFirst));
  ASSERT_TRUE(run_train(run(kFirst)));
  EXPECT_FALSE(fs::exists(sums)) << "what people rated does not stay where nobody asked for it";
  EXPECT_TRUE(bytes_of(model_path(kFirst)) == bytes);
}

TEST_F(TasksTest, TheFirstTaskFixesTheSnapshotWhicheverItIs) {
  import_ratings();
  ASSERT_TRUE(run_extract_features(run(kFirst)));
  const auto snapshot = RunFolder(folder_.path(), kFirst).snapshot();
  ASSERT_TRUE(snapshot);
  add_ratings(10, 1);
  ASSERT_TRUE(run_validate(run(kFirst)));
  const auto later = RunFolder(folder_.path(), kFirst).snapshot();
  ASSERT_TRUE(later);
  EXPECT_EQ(snapshot->sequence, later->sequence);
  EXPECT_EQ(reports_.back().record["rating_count"], snapshot->rating_count);
}

TEST_F(TasksTest, WhatTheJournalAcceptedBeforeTheStartIsIn) {
  import_ratings();
  auto sink = open_sink(config_, clock_);
  ASSERT_TRUE(sink);
  const std::vector<std::string> events(3, R"({"user_id": 555, "movie_id": 1, "rating": 4})");
  ASSERT_TRUE((*sink)->append(events));
  ASSERT_TRUE(run_validate(run(kFirst)));
  EXPECT_EQ(reports_.back().record["rating_count"], 6001);
  EXPECT_EQ(reports_.back().record["accepted_events"], 6003);
}

TEST_F(TasksTest, WithoutRatingsValidateAndTrainAreUnfitAndLeaveARecord) {
  EXPECT_EQ(code_of(run_validate(run(kFirst))), ErrorCode::kUnfit);
  EXPECT_EQ(status_of_task(kFirst, "validate"), "unfit");
  EXPECT_EQ(code_of(run_train(run(kFirst))), ErrorCode::kUnfit);
  EXPECT_EQ(status_of_task(kFirst, "train"), "unfit");
  EXPECT_NE(reports_.front().text.find("fail  ratings"), std::string::npos)
      << reports_.front().text;
}

TEST_F(TasksTest, ATableThatCannotBeReadIsUnfit) {
  import_ratings();
  for (const char* table : {"dead_letters", "movie_features", "ratings"}) {
    auto database =
        sqlite::Database::open(folder_.path() / "marquee.db", sqlite::Access::kReadWrite);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute(std::string("DROP TABLE ") + table));
    EXPECT_EQ(code_of(run_validate(run(kFirst))), ErrorCode::kUnfit) << table;
  }
  ASSERT_TRUE(write_file_durably(folder_.path() / "marquee.db", std::string(8192, 'x')));
  EXPECT_EQ(code_of(run_validate(run(kSecond))), ErrorCode::kUnfit);
}

TEST_F(TasksTest, VolumeIsJudgedAgainstEarlierValidatedRuns) {
  import_ratings();
  ASSERT_TRUE(run_validate(run("20260301_020000")));
  add_ratings(100, 1);
  ASSERT_TRUE(run_validate(run("20260302_020000")));
  add_ratings(9, 1);
  EXPECT_EQ(code_of(run_validate(run("20260303_020000"))), ErrorCode::kUnfit);
  EXPECT_EQ(code_of(run_validate(run("20260303_020000"))), ErrorCode::kUnfit)
      << "a repeat judges alike";
  config_.validate.min_volume_share = 0;
  EXPECT_TRUE(run_validate(run("20260303_030000")));
}

TEST_F(TasksTest, TrainingByHandTwiceWithoutNewDataIsNotHeldUp) {
  import_ratings();
  ASSERT_TRUE(run_pipeline(run("20260301_020000")));
  add_ratings(100, 1);
  ASSERT_TRUE(run_pipeline(run("20260302_020000")));
  EXPECT_TRUE(run_train_and_deploy(run("20260302_100000")));
  EXPECT_TRUE(run_train_and_deploy(run("20260302_110000")));
}

TEST_F(TasksTest, DriftedFeaturesAreRepaired) {
  import_ratings();
  {
    auto database =
        sqlite::Database::open(folder_.path() / "marquee.db", sqlite::Access::kReadWrite);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute("DELETE FROM user_features WHERE user_id = 1"));
  }
  auto report = run_extract_features(run(kFirst));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->record["user_rows_that_differed"], 1);
  report = run_extract_features(run(kFirst));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->record["user_rows_that_differed"], 0);
}

TEST_F(TasksTest, DeployAsksForAnEvaluationThatPassed) {
  import_ratings();
  EXPECT_EQ(code_of(run_deploy(run(kFirst))), ErrorCode::kNotFound);
  ASSERT_TRUE(run_train(run(kFirst)));
  EXPECT_EQ(code_of(run_deploy(run(kFirst))), ErrorCode::kGateRefused);
  EXPECT_TRUE(production_bytes().empty());
  ASSERT_TRUE(run_evaluate(run(kFirst)));
  ASSERT_TRUE(run_deploy(run(kFirst)));
  EXPECT_TRUE(production_bytes() == bytes_of(model_path(kFirst)));
}

TEST_F(TasksTest, DeployRefusesAModelThatIsNotTheOneEvaluated) {
  import_ratings();
  ASSERT_TRUE(run_train(run(kFirst)));
  ASSERT_TRUE(run_evaluate(run(kFirst)));
  config_.model.n_neighbors = 3;
  ASSERT_TRUE(run_train(run(kFirst)));
  EXPECT_EQ(code_of(run_deploy(run(kFirst))), ErrorCode::kGateRefused);
  EXPECT_TRUE(run_deploy(run(kFirst), true)) << "forced";
}

TEST_F(TasksTest, TheGateKeepsThePresentModel) {
  import_ratings();
  ASSERT_TRUE(run_train_and_deploy(run(kFirst)));
  const std::string before = production_bytes();
  config_.gate.min_precision_at_10 = 0.99;
  performed();
  EXPECT_EQ(code_of(run_train_and_deploy(run(kSecond))), ErrorCode::kGateRefused);
  EXPECT_EQ(performed(), "train,evaluate");
  EXPECT_EQ(status_of_task(kSecond, "evaluate"), "refused");
  EXPECT_TRUE(production_bytes() == before);
}

TEST_F(TasksTest, EvaluationIsWrittenBesideTheModel) {
  import_ratings();
  ASSERT_TRUE(run_train(run(kFirst)));
  ASSERT_TRUE(run_evaluate(run(kFirst)));
  auto path = model_path(kFirst);
  path.replace_extension(".evaluation.json");
  const auto evaluation = nlohmann::json::parse(bytes_of(path), nullptr, false);
  ASSERT_TRUE(evaluation.is_object());
  EXPECT_EQ(evaluation["model_checksum"], reports_.back().record["model_checksum"]);
}

TEST_F(TasksTest, AnyOtherModelCanBeComparedWith) {
  config_.model.learn = false;
  config_.model.validation = "user";  // so that there are users enough to tell
  import_ratings();
  ASSERT_TRUE(run_train(run(kFirst)));
  Config other = config_;
  other.model.cf_weight = 0;
  other.model.content_weight = 0.05;
  other.model.popularity_weight = 1;
  ASSERT_TRUE(run_train(run(kSecond, other)));
  const std::string name = "hybrid_model_" + std::string(kSecond);
  for (const std::string& against : {name, model_path(kSecond).string()}) {
    const auto report = run_evaluate(run(kFirst), against);
    ASSERT_TRUE(report) << report.error().message();
    const auto& found = report->record["against"];
    EXPECT_EQ(found["model"], name);
    EXPECT_EQ(found["same_configuration"], false);
    EXPECT_EQ(found["comparison"]["verdict"], "better") << report->text;
    EXPECT_NE(report->text.find("the other (" + name), std::string::npos) << report->text;
  }
  EXPECT_EQ(run_evaluate(run(kFirst), kFirst)->record["against"]["same_configuration"], true);
  EXPECT_EQ(code_of(run_evaluate(run(kFirst), "no_such_model")), ErrorCode::kNotFound);
  EXPECT_FALSE(run_evaluate(run(kFirst))->record.contains("against"));
}

TEST_F(TasksTest, FoldsAreConfiguration) {
  config_.model.learn = false;
  import_ratings();
  ASSERT_TRUE(run_train(run(kFirst)));
  config_.evaluation.folds = 2;
  const auto report = run_evaluate(run(kFirst));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->record["folds"], 2);
  EXPECT_EQ(report->record["settings"]["evaluation.folds"], "2");
  EXPECT_NE(report->text.find("2 folds"), std::string::npos);
}

TEST_F(TasksTest, TheNewestTrainedRunIsFound) {
  import_ratings();
  EXPECT_EQ(newest_trained_run(config_), std::nullopt);
  ASSERT_TRUE(run_train(run(kFirst)));
  ASSERT_TRUE(run_validate(run(kSecond)));
  EXPECT_EQ(newest_trained_run(config_), kFirst);
}

TEST_F(TasksTest, AServerTrainsFromTheNewestData) {
  EXPECT_EQ(train_from_store(config_, clock_, {}).error().code, ErrorCode::kUnfit);
  import_ratings();
  add_ratings(5, 777);
  const auto model = train_from_store(config_, clock_, {});
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ((*model)->user_ids[(*model)->user_count() - 1], 777);
  EXPECT_EQ((*model)->lineage.run_id, kFirst);
}

TEST_F(TasksTest, ModesOfLaterVersionsAreRefused) {
  import_ratings();
  Config aws = config_;
  aws.storage.mode = "aws";
  EXPECT_EQ(code_of(run_validate(run(kFirst, aws))), ErrorCode::kUsage);
  EXPECT_EQ(code_of(run_pipeline(run(kFirst, aws))), ErrorCode::kUsage);
  EXPECT_EQ(train_from_store(aws, clock_, {}).error().code, ErrorCode::kUsage);
}

TEST_F(TasksTest, ATaskIsRefusedWhileAnotherRunHoldsTheLock) {
  import_ratings();
  const auto lock = PipelineLock::acquire(
      {.data_dir = folder_.path(), .task = "pipeline run", .run_id = kFirst}, clock_);
  ASSERT_TRUE(lock);
  const auto report = run_train(run(kSecond));
  EXPECT_EQ(code_of(report), ErrorCode::kUnavailable);
  EXPECT_NE(report.error().what.find("pipeline run of run 20260301_020000"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "runs" / kSecond));
}

TEST_F(TasksTest, ReloadAloneFailsWithoutAServer) {
  EXPECT_EQ(code_of(run_reload(run(kFirst))), ErrorCode::kUnavailable);
  EXPECT_EQ(status_of_task(kFirst, "reload"), "failed");
  EXPECT_EQ(code_of(run_reload(run(""))), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace marquee
