#include "registry/model_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/temporary_folder.h"
#include "tests/unit/registry/small_model.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class ModelRegistryTest : public testing::Test {
 protected:
  // A model of its own bytes under the run's name.
  fs::path train(const std::string& run_id) {
    const fs::path path = registry_.model_path(run_id);
    write_small(path, {.run_id = run_id, .ratings = {}, .more_movies = {}});
    return path;
  }
  void deploy(const std::string& run_id) {
    const Status status = registry_.deploy(registry_.model_path(run_id), "test", run_id);
    ASSERT_TRUE(status) << status.error().message();
  }
  std::string in_production() const {
    const auto model = load_model(registry_.production_path());
    return model ? model->data->lineage.run_id : model.error().what;
  }
  std::vector<std::string> actions() const {
    std::vector<std::string> actions;
    const auto lines = registry_.history();
    for (const HistoryLine& line : *lines)
      actions.push_back(line.action + " " + line.model.substr(line.model.size() - 1));
    return actions;
  }
  fs::path history_path() const { return folder_.path() / "models" / "history.jsonl"; }
  std::vector<std::string> hidden_files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(registry_.folder()))
      if (entry.path().filename().string().starts_with('.')) names.push_back(entry.path());
    return names;
  }

  TemporaryFolder folder_;
  SimulatedClock clock_{1'742'032'800'000'000};
  ModelRegistry registry_{folder_.path(), clock_, std::chrono::milliseconds(50)};
};

const std::string kA = "20260301_020001", kB = "20260302_020002", kC = "20260303_020003";

TEST_F(ModelRegistryTest, IsEmptyAtFirst) {
  EXPECT_THAT(registry_.list().value(), ElementsAre());
  EXPECT_FALSE(registry_.last_deployment());
  EXPECT_EQ(registry_.resolve("production").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(registry_.resolve("x").error().message(), HasSubstr("marquee train"));
  EXPECT_EQ(registry_.rollback("test").error().code, ErrorCode::kNotFound);
}

TEST_F(ModelRegistryTest, DeploysTheSameBytesAndSaysSo) {
  const fs::path model = train(kA);
  deploy(kA);
  EXPECT_EQ(read_file(registry_.production_path()), read_file(model).value());
  EXPECT_THAT(hidden_files(), ElementsAre());

  const auto line = registry_.last_deployment();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->time, clock_.now());
  EXPECT_EQ(line->action, "deploy");
  EXPECT_EQ(line->model, "hybrid_model_" + kA);
  EXPECT_EQ(line->checksum, load_model(model)->checksum);
  EXPECT_EQ(line->replaced, "");
  EXPECT_EQ(line->reason, "test");
  EXPECT_EQ(line->run_id, kA);

  train(kB);
  deploy(kB);
  EXPECT_EQ(registry_.last_deployment()->replaced, "hybrid_model_" + kA);
}

TEST_F(ModelRegistryTest, DeployingTheSameAgainChangesNothing) {
  train(kA);
  deploy(kA);
  deploy(kA);
  EXPECT_THAT(actions(), ElementsAre("deploy 1"));
}

TEST_F(ModelRegistryTest, RefusesABrokenModelAndKeepsTheOld) {
  train(kA);
  deploy(kA);
  fs::resize_file(train(kB), 100);
  const Status status = registry_.deploy(registry_.model_path(kB), "test", kB);
  EXPECT_EQ(status.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(registry_.deploy(folder_.path() / "none", "test", kB).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(in_production(), kA);
  EXPECT_THAT(actions(), ElementsAre("deploy 1"));
}

TEST_F(ModelRegistryTest, ReplacesABrokenProductionModel) {
  train(kA);
  deploy(kA);
  fs::resize_file(registry_.production_path(), 10);
  deploy(kA);
  EXPECT_EQ(in_production(), kA);
}

TEST_F(ModelRegistryTest, KeepsTheOldModelWhenTheHistoryCannotBeWritten) {
  train(kA);
  train(kB);
  deploy(kA);
  const std::string before = read_file(history_path()).value();
  fs::remove(history_path());
  fs::create_directory(history_path());  // neither readable nor writable as a file
  EXPECT_FALSE(registry_.deploy(registry_.model_path(kB), "test", kB));
  EXPECT_EQ(in_production(), kA);
  EXPECT_THAT(hidden_files(), ElementsAre());
  fs::remove(history_path());
  ASSERT_TRUE(write_file_durably(history_path(), before));
  deploy(kB);
  EXPECT_EQ(in_production(), kB);
}

TEST_F(ModelRegistryTest, ListsNewestFirstWithTheProblemsOfEach) {
  train(kA);
  train(kC);
  train(kB);
  deploy(kB);
  fs::resize_file(registry_.model_path(kC), 40);
  const auto list = registry_.list().value();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].name, "hybrid_model_" + kC);
  EXPECT_THAT(list[0].problem, HasSubstr("truncated"));
  EXPECT_EQ(list[0].checksum, "");
  EXPECT_EQ(list[1].name, "hybrid_model_" + kB);
  EXPECT_TRUE(list[1].in_production);
  EXPECT_EQ(list[1].problem, "");
  EXPECT_EQ(list[1].size, fs::file_size(registry_.model_path(kB)));
  EXPECT_FALSE(list[2].in_production);
  EXPECT_EQ(list[2].checksum.size(), 16u);
}

TEST_F(ModelRegistryTest, ResolvesNames) {
  const fs::path a = train(kA), b = train(kB);
  deploy(kA);
  EXPECT_EQ(registry_.resolve("hybrid_model_" + kA), a);
  EXPECT_EQ(registry_.resolve("hybrid_model_" + kA + ".safetensors"), a);
  EXPECT_EQ(registry_.resolve(kB), b);
  EXPECT_EQ(registry_.resolve("20260302"), b);
  EXPECT_EQ(registry_.resolve("hybrid_model_20260302"), b);
  EXPECT_EQ(registry_.resolve("production"), registry_.production_path());
  EXPECT_EQ(registry_.resolve("./some/file"), fs::path("./some/file"));
  EXPECT_EQ(registry_.resolve("2026").error().code, ErrorCode::kUsage);
  EXPECT_EQ(registry_.resolve("").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(registry_.resolve("1999").error().message(), HasSubstr("hybrid_model_" + kB));
}

TEST_F(ModelRegistryTest, RollsBackFurtherEachTime) {
  for (const std::string& run : {kA, kB, kC}) {
    train(run);
    deploy(run);
  }
  EXPECT_EQ(registry_.rollback("worse"), "hybrid_model_" + kB);
  EXPECT_EQ(in_production(), kB);
  EXPECT_EQ(registry_.last_deployment()->model, "hybrid_model_" + kB);
  EXPECT_EQ(registry_.rollback("worse"), "hybrid_model_" + kA);
  EXPECT_EQ(in_production(), kA);
  EXPECT_EQ(registry_.rollback("worse").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(in_production(), kA);
  EXPECT_THAT(actions(),
              ElementsAre("deploy 1", "deploy 2", "deploy 3", "rollback 2", "rollback 1"));
}

TEST_F(ModelRegistryTest, RefusesToRollBackToWhatIsNoLongerThere) {
  train(kA);
  deploy(kA);
  train(kB);
  deploy(kB);
  write_small(registry_.model_path(kA),
              {.run_id = kA, .ratings = {}, .more_movies = {}, .n_neighbors = 2});
  EXPECT_THAT(registry_.rollback("worse").error().message(), HasSubstr("no longer the file"));
  fs::remove(registry_.model_path(kA));
  EXPECT_EQ(registry_.rollback("worse").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(in_production(), kB);
}

TEST_F(ModelRegistryTest, PrunesOldModelsButNeitherProductionNorTheOneBefore) {
  const std::string d = "20260304_020004", e = "20260305_020005";
  for (const std::string& run : {kA, kB, kC, d, e}) train(run);
  ASSERT_TRUE(write_file_durably(registry_.evaluation_path(kC), "{}"));
  deploy(kA);
  deploy(kB);
  EXPECT_EQ(registry_.prune(-1).error().code, ErrorCode::kUsage);
  EXPECT_EQ(registry_.prune(1).value(),
            (std::vector<std::string>{"hybrid_model_" + d, "hybrid_model_" + kC}));
  EXPECT_FALSE(fs::exists(registry_.model_path(kC)));
  EXPECT_FALSE(fs::exists(registry_.evaluation_path(kC)));
  EXPECT_EQ(registry_.rollback("test"), "hybrid_model_" + kA);
  EXPECT_THAT(actions(), ElementsAre("deploy 1", "deploy 2", "prune 4", "prune 3", "rollback 1"));
}

TEST_F(ModelRegistryTest, PrunesTheOneBeforeTooWhenRollbackIsGivenUp) {
  for (const std::string& run : {kA, kB, kC}) train(run);
  deploy(kA);
  deploy(kB);
  EXPECT_EQ(registry_.prune(0, /*give_up_rollback=*/true).value(),
            (std::vector<std::string>{"hybrid_model_" + kC, "hybrid_model_" + kA}));
  EXPECT_EQ(registry_.rollback("test").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(in_production(), kB);
}

TEST_F(ModelRegistryTest, ABrokenModelDoesNotCountAmongThoseToKeep) {
  for (const std::string& run : {kA, kB, kC}) train(run);
  fs::resize_file(registry_.model_path(kC), 10);
  EXPECT_EQ(registry_.prune(1).value(), (std::vector<std::string>{"hybrid_model_" + kA}));
}

// What a kill leaves behind at each step of a deployment, and that the next one mends it.
TEST_F(ModelRegistryTest, MendsADeploymentKilledBeforeItsLine) {
  train(kA);
  train(kB);
  deploy(kA);
  fs::copy_file(registry_.model_path(kB), registry_.production_path(),
                fs::copy_options::overwrite_existing);
  ASSERT_TRUE(registry_.list());
  EXPECT_THAT(actions(), ElementsAre("deploy 1", "found 2"));
  EXPECT_EQ(registry_.last_deployment()->replaced, "hybrid_model_" + kA);
  EXPECT_EQ(registry_.rollback("test"), "hybrid_model_" + kA);
}

TEST_F(ModelRegistryTest, MendsADeploymentKilledAfterATornLine) {
  train(kA);
  train(kB);
  deploy(kA);
  fs::copy_file(registry_.model_path(kB), registry_.production_path(),
                fs::copy_options::overwrite_existing);
  std::ofstream(history_path(), std::ios::app) << R"({"time":"20)";
  deploy(kB);
  EXPECT_THAT(actions(), ElementsAre("deploy 1", "found 2"));
}

TEST_F(ModelRegistryTest, RemovesWhatAKilledDeploymentLeft) {
  train(kA);
  ASSERT_TRUE(write_file_durably(registry_.folder() / ".incoming.safetensors", "half"));
  ASSERT_TRUE(write_file_durably(registry_.folder() / ".incoming.safetensors.tmp-99", "half"));
  ASSERT_TRUE(write_file_durably(registry_.folder() / ".replaced.safetensors", "old"));
  deploy(kA);
  EXPECT_THAT(hidden_files(), ElementsAre());
  EXPECT_EQ(in_production(), kA);
}

TEST_F(ModelRegistryTest, WaitsForItsTurnButNotForever) {
  train(kA);
  const fs::path lock = folder_.path() / "models" / ".lock";
  {
    const auto held = FileLock::try_acquire(lock);
    EXPECT_EQ(registry_.deploy(registry_.model_path(kA), "test", kA).error().code,
              ErrorCode::kUnavailable);
    EXPECT_TRUE(registry_.list()) << "a reader does not wait";
  }
  ModelRegistry patient(folder_.path(), clock_, std::chrono::seconds(60));
  std::optional<FileLock> held = FileLock::try_acquire(lock).value();
  std::jthread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    held.reset();
  });
  EXPECT_TRUE(patient.deploy(registry_.model_path(kA), "test", kA));
}

TEST_F(ModelRegistryTest, DeploymentsAtOnceTakeTurns) {
  const std::vector<std::string> runs = {kA, kB, kC};
  for (const std::string& run : runs) train(run);
  {
    std::vector<std::jthread> threads;
    for (const std::string& run : runs)
      threads.emplace_back([this, run] {
        ModelRegistry own(folder_.path(), clock_, std::chrono::seconds(60));
        for (int i = 0; i < 5; ++i) EXPECT_TRUE(own.deploy(own.model_path(run), "test", run));
      });
  }
  const auto lines = registry_.history().value();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].action, "deploy");
    EXPECT_EQ(lines[i].replaced, lines[i - 1].model);
  }
  EXPECT_EQ("hybrid_model_" + in_production(), lines.back().model);
}

}  // namespace
}  // namespace marquee
