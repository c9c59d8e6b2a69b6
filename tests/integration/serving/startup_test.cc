// How the server starts, and how it tells that it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/integration/serving/serve_process.h"

namespace marquee::serving {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Startup, TellsItsAddressAndModelInOneLine) {
  const TemporaryFolder folder;
  put_into_production(train_model(folder.path(), 1), folder.path() / "data");
  ServeProcess server(folder.path() / "data");
  const json told = json::parse(server.first_line());
  EXPECT_EQ(told["ready"], true);
  EXPECT_EQ(told["users"], 60);
  EXPECT_THAT(told["model"].get<std::string>(), testing::StartsWith("hybrid_model_"));
  EXPECT_EQ(server.get("/health").status, 200);
  EXPECT_EQ(server.stop(), 0);
}

TEST(Startup, WithoutModelAndDataSaysWhatToRun) {
  const TemporaryFolder folder;
  ServeProcess server(folder.path() / "data");
  EXPECT_EQ(json::parse(server.first_line())["ready"], false);
  for (const char* path :
       {"/", "/health", "/recommend/1", "/internal/recommend/1", "/movie/1/similar"}) {
    const HttpAnswer answer = server.get(path);
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_THAT(answer.body, HasSubstr("marquee import")) << path;
  }
  const HttpAnswer reload = server.post("/reload");
  EXPECT_EQ(reload.status, 503);
  EXPECT_THAT(reload.body, HasSubstr("marquee import"));
  EXPECT_EQ(server.stop(), 0);
}

TEST(Startup, ACorruptModelIsToldAndCanBeMendedWhileItRuns) {
  const TemporaryFolder folder;
  const auto data_dir = folder.path() / "data";
  std::filesystem::create_directories(production_path(data_dir).parent_path());
  std::ofstream(production_path(data_dir)) << "not a model";
  ServeProcess server(data_dir);
  const HttpAnswer health = server.get("/health");
  EXPECT_EQ(health.status, 503);
  EXPECT_THAT(health.body, HasSubstr("production_model.safetensors"));
  put_into_production(train_model(folder.path(), 1), data_dir);
  EXPECT_EQ(server.post("/reload").status, 200);
  EXPECT_EQ(server.get("/health").status, 200);
}

TEST(Startup, ATakenPortIsNamedAndExitsWith1) {
  const TemporaryFolder folder;
  ServeProcess server(folder.path() / "one");
  const std::string port = std::to_string(server.port());
  const Finished second =
      run_marquee({"serve", "--port", port, "--data-dir", folder.path() / "two", "--json"});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.output, HasSubstr("port " + port + " is taken"));
  EXPECT_THAT(second.output, HasSubstr("--port"));
  EXPECT_EQ(server.get("/health").status, 503) << "the first server goes on";
}

TEST(Startup, WrongUsageExitsWith2) {
  const TemporaryFolder folder;
  const std::string data_dir = folder.path() / "data";
  const std::vector<std::vector<std::string>> wrong = {
      {"serve", "--data-dir", data_dir, "--port", "70000"},
      {"serve", "--data-dir", data_dir, "--port", "x"},
      {"serve", "--data-dir", data_dir, "--set", "server.port=x"},
      {"serve", "--data-dir", data_dir, "--set", "server.prt=1"},
      {"serve", "--data-dir", data_dir, "--set", "server.host=192.0.2.1"},
      {"serve", "--data-dir", data_dir, "--config", data_dir + "/no.yaml"},
      {"serve", "--data-dir", data_dir, "--with-scheduler", "--set", "schedule.cron=x", "--port",
       "0"},
  };
  for (const auto& arguments : wrong) {
    const Finished finished = run_marquee(arguments);
    EXPECT_EQ(finished.exit_code, 2) << testing::PrintToString(arguments) << finished.output;
  }
}

TEST(Startup, AFolderThatCannotBeWrittenIsTold) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "in the way";
  const Finished finished =
      run_marquee({"serve", "--port", "0", "--data-dir", folder.path() / "file" / "data"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.output, HasSubstr("file"));
}

TEST(Startup, TwoInstancesDoNotDisturbEachOther) {
  const TemporaryFolder folder;
  const auto one = folder.path() / "one", two = folder.path() / "two";
  put_into_production(train_model(folder.path(), 1), one);
  put_into_production(train_model(folder.path(), 2), two);
  ServeProcess first(one), second(two);
  const std::string list_one = first.get("/recommend/1").body,
                    list_two = second.get("/recommend/1").body;
  EXPECT_NE(list_one, list_two);
  EXPECT_EQ(first.post("/events", R"({"user_id":777,"movie_id":5,"rating":4})").status, 200);
  EXPECT_EQ(json::parse(
                first.post("/events", R"({"user_id":777,"movie_id":6,"rating":4})").body)["offset"],
            1);
  EXPECT_EQ(json::parse(
                second.post("/events", R"({"user_id":1,"movie_id":6,"rating":4})").body)["offset"],
            0);
  EXPECT_EQ(second.get("/user/777/profile").status, 404);
  EXPECT_EQ(first.post("/reload").status, 200);
  EXPECT_EQ(second.get("/recommend/1").body, list_two);
  EXPECT_EQ(first.stop(), 0);
  EXPECT_EQ(second.get("/recommend/1").body, list_two);
  EXPECT_EQ(second.stop(), 0);
}

}  // namespace
}  // namespace marquee::serving
