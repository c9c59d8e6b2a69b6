// marquee models list|show|diff|rollback|prune, through the program.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "registry/model_registry.h"
#include "tests/unit/cli/run_program.h"
#include "tests/unit/pipeline/temporary_folder.h"
#include "tests/unit/registry/small_model.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

const std::string kOld = "20260301_020000", kNew = "20260302_020000";

class ModelsCommandTest : public testing::Test {
 protected:
  ModelsCommandTest() {
    write_small(model_path(kOld), {.run_id = kOld, .ratings = {}, .more_movies = {}});
    write_small(model_path(kNew), {.run_id = kNew,
                                   .ratings = {{.user = 1, .movie = 10, .value = 5, .time = 1}},
                                   .more_movies = {}});
  }

  fs::path folder() const { return folder_.path() / "models" / "saved_models"; }
  fs::path model_path(const std::string& run) const {
    return folder() / ("hybrid_model_" + run + ".safetensors");
  }
  // As a deployment that was killed before it wrote the history.
  void put_in_production(const std::string& run) const {
    fs::copy_file(model_path(run), folder() / "production_model.safetensors",
                  fs::copy_options::overwrite_existing);
    models("list");
  }
  Outcome models(const std::string& arguments, Streams streams = Streams::kBoth) const {
    return run_program("models " + arguments + " --data-dir " + folder_.path().string(), streams);
  }
  nlohmann::json models_json(const std::string& arguments) const {
    const Outcome outcome = models(arguments + " --json", Streams::kOutput);
    EXPECT_EQ(outcome.code, 0) << outcome.out;
    return nlohmann::json::parse(outcome.out, nullptr, false);
  }

  TemporaryFolder folder_;
};

TEST_F(ModelsCommandTest, ListsModels) {
  put_in_production(kOld);
  const auto list = models_json("list")["models"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["name"], "hybrid_model_" + kNew);
  EXPECT_EQ(list[0]["in_production"], false);
  EXPECT_EQ(list[1]["in_production"], true);
  EXPECT_TRUE(has(models("list"), "in production"));
}

TEST_F(ModelsCommandTest, SaysWhatToDoWhereThereIsNone) {
  const TemporaryFolder empty;
  EXPECT_TRUE(has(run_program("models list --data-dir " + empty.path().string()),
                  "marquee train --deploy"));
  const Outcome none = run_program("models show production --data-dir " + empty.path().string());
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(has(none, "no production model")) << none.out;
}

TEST_F(ModelsCommandTest, ShowsWhatTrainingChose) {
  const auto learned = models_json("show " + kOld)["learned"];
  ASSERT_TRUE(learned["settings"].contains("model.popularity_half_life")) << learned.dump();
  const Outcome shown = models("show " + kOld);
  EXPECT_TRUE(has(shown, "model.popularity_half_life")) << shown.out;
  EXPECT_TRUE(has(shown, learned["note"].get<std::string>())) << shown.out;
}

TEST_F(ModelsCommandTest, ShowsAModelWithItsEvaluationAndHistory) {
  put_in_production(kOld);
  ASSERT_TRUE(write_file_durably(folder() / ("hybrid_model_" + kOld + ".evaluation.json"),
                                 R"({"candidate": {"ndcg@10": {"mean": 0.35}}})"));
  const auto model = models_json("show 20260301");
  EXPECT_EQ(model["run_id"], kOld);
  EXPECT_EQ(model["users"], 12);
  EXPECT_EQ(model["movies"], 16);
  EXPECT_EQ(model["config"]["model.n_neighbors"], 5);
  EXPECT_EQ(model["history"][0]["action"], "found");
  const Outcome text = models("show production");
  EXPECT_TRUE(has(text, "0.3500")) << text.out;
  EXPECT_TRUE(has(text, "model.n_neighbors")) << text.out;
}

TEST_F(ModelsCommandTest, ShowsWhyABrokenModelCannotBeUsed) {
  fs::resize_file(model_path(kNew), 64);
  EXPECT_TRUE(has(models("list"), "truncated"));
  const Outcome broken = models("show " + kNew);
  EXPECT_EQ(broken.code, 1);
  EXPECT_TRUE(has(broken, "truncated")) << broken.out;
}

TEST_F(ModelsCommandTest, ComparesProductionWithWhatWasBefore) {
  put_in_production(kOld);
  put_in_production(kNew);
  const auto diff = models_json("diff --user 1");
  EXPECT_EQ(diff["before"], "hybrid_model_" + kOld);
  EXPECT_EQ(diff["after"], "hybrid_model_" + kNew);
  EXPECT_EQ(diff["ratings"]["added"], 1);
  EXPECT_EQ(diff["user"]["ratings"][0]["movie_id"], 10);
  const Outcome text = models("diff " + kNew + " " + kOld + " --user 1");
  EXPECT_TRUE(has(text, "1 gone")) << text.out;
  EXPECT_EQ(models("diff --user 404").code, 1);
  EXPECT_TRUE(has(models("diff 1999"), "there is no model '1999'"));
}

TEST_F(ModelsCommandTest, RollsBack) {
  put_in_production(kOld);
  EXPECT_EQ(models("rollback").code, 1) << "nothing was before";
  put_in_production(kNew);
  EXPECT_EQ(models_json("rollback --reason worse")["model"], "hybrid_model_" + kOld);
  EXPECT_EQ(models_json("show production")["history"][1]["reason"], "worse");
}

TEST_F(ModelsCommandTest, PrunesButNotProduction) {
  put_in_production(kOld);
  EXPECT_EQ(models("prune").code, 2);
  EXPECT_EQ(models("prune --keep -1").code, 2);
  EXPECT_EQ(models("prune --keep many").code, 2);
  EXPECT_EQ(models_json("prune --keep 0")["removed"],
            nlohmann::json::array({"hybrid_model_" + kNew}));
  EXPECT_TRUE(fs::exists(model_path(kOld)));
}

}  // namespace
}  // namespace marquee
