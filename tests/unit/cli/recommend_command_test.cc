// marquee recommend and similar, through the program.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "model/model_file.h"
#include "model/recommender.h"
#include "tests/unit/cli/run_program.h"
#include "tests/unit/pipeline/temporary_folder.h"
#include "tests/unit/registry/small_model.h"

namespace marquee {
namespace {

class RecommendCommandTest : public testing::Test {
 protected:
  RecommendCommandTest() {
    write_small(model_, {.run_id = "20260301_020000", .ratings = {}, .more_movies = {}});
  }
  Outcome run(const std::string& arguments, Streams streams = Streams::kBoth) const {
    return run_program(arguments + " --model " + model_.string(), streams);
  }
  nlohmann::json run_json(const std::string& arguments) const {
    return nlohmann::json::parse(run(arguments + " --json", Streams::kOutput).out, nullptr, false);
  }

  TemporaryFolder folder_;
  std::filesystem::path model_ = folder_.path() / "small.safetensors";
};

TEST_F(RecommendCommandTest, WritesEveryUsersListAsTheContractSays) {
  const auto out = folder_.path() / "lists.csv";
  ASSERT_EQ(run("recommend --all --top-n 3 --out " + out.string()).code, 0);
  const Recommender recommender(load_model(model_).value().data);
  std::string wanted;
  for (const UserId user : recommender.data().user_ids) {
    std::vector<MovieId> movies;
    for (const auto& entry : recommender.recommend(user, 3)) movies.push_back(entry.movie);
    wanted += fmt::format("{},{}\n", user, fmt::join(movies, " "));
  }
  EXPECT_EQ(read_file(out).value(), wanted);
}

TEST_F(RecommendCommandTest, KeepsTheOldFileWhenItCannotWrite) {
  const Outcome outcome = run("recommend --all --out " + (folder_.path() / "no" / "f").string());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(has(outcome, "No such file or directory")) << outcome.out;
}

TEST_F(RecommendCommandTest, ShowsAPersonsList) {
  const auto answer = run_json("recommend 1 --top-n 3 --explain");
  EXPECT_EQ(answer["known"], true);
  ASSERT_EQ(answer["items"].size(), 3u);
  EXPECT_TRUE(answer["items"][0]["why"].contains("because_you_rated"));
  EXPECT_TRUE(has(run("recommend 1 --explain"), "because you rated"));
  EXPECT_TRUE(has(run("recommend 1"), "Movie 1"));
}

TEST_F(RecommendCommandTest, GivesAStrangerThePopularListAndSaysSo) {
  EXPECT_EQ(run_json("recommend 404")["known"], false);
  const Outcome outcome = run("recommend 404");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(has(outcome, "does not know user 404")) << outcome.out;
}

TEST_F(RecommendCommandTest, HoldsToTheRulesAndTheFlags) {
  const auto movies = [&](const std::string& arguments) {
    std::vector<MovieId> ids;
    const auto answer = run_json("recommend 1 " + arguments);
    for (const auto& item : answer["items"]) ids.push_back(item["movie_id"]);
    return ids;
  };
  const auto plain = movies("");
  ASSERT_GE(plain.size(), 3u);
  const std::string first = std::to_string(plain[0]), second = std::to_string(plain[1]);
  EXPECT_EQ(movies("--exclude " + first)[0], plain[1]);
  EXPECT_EQ(movies("--set rules.exclude_movies=" + first + " --exclude " + second)[0], plain[2]);
  EXPECT_GT(movies("--seen include").size(), plain.size());
  EXPECT_TRUE(has(run("recommend 1 --genres Dramma"), "no movie of the model has the genre"));
  const auto out = folder_.path() / "lists.csv";
  ASSERT_EQ(run("recommend --all --top-n 9 --exclude " + first + " --out " + out.string()).code, 0);
  for (const char* left : {",", " "})
    for (const char* right : {" ", "\n"})
      EXPECT_EQ(read_file(out)->find(left + first + right), std::string::npos);
}

TEST_F(RecommendCommandTest, RefusesWhatCannotBeMeant) {
  for (const char* arguments :
       {"recommend", "recommend --all", "recommend 1 --all --out f", "recommend 1 --out f",
        "recommend x", "recommend 0", "recommend -- -1", "recommend 1.5", "recommend 1 --top-n 0",
        "recommend 99999999999999999999", "recommend 1 --seen yes", "recommend 1 --min-year 0",
        "recommend 1 --exclude x", "recommend 1 --genres Nothing",
        "recommend 1 --set rules.exclude_file=/nowhere", "similar", "similar x"})
    EXPECT_EQ(run(arguments).code, 2) << arguments;
}

TEST_F(RecommendCommandTest, SimilarMoviesHoldToTheRules) {
  const auto all = run_json("similar 10 --top-n 2");
  const std::string first = all["items"][0]["movie_id"].dump();
  const auto fewer = run_json("similar 10 --top-n 1 --set rules.exclude_movies=" + first);
  EXPECT_EQ(fewer["items"][0]["movie_id"], all["items"][1]["movie_id"]);
}

TEST_F(RecommendCommandTest, ShowsSimilarMovies) {
  const auto answer = run_json("similar 10 --top-n 2");
  EXPECT_EQ(answer["title"], "Movie 1");
  EXPECT_EQ(answer["items"].size(), 2u);
  const Outcome unknown = run("similar 404");
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(has(unknown, "knows no movie 404")) << unknown.out;
}

TEST_F(RecommendCommandTest, SaysWhenThereIsNoModel) {
  const Outcome none = run_program("recommend 1 --data-dir " + (folder_.path() / "empty").string());
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(has(none, "marquee train --deploy")) << none.out;
}

}  // namespace
}  // namespace marquee
