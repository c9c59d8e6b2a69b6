#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/serving/api_fixture.h"

namespace marquee::serving {
namespace {

using nlohmann::json;

ModelSources production(std::function<Result<LoadedModel>()> load) {
  ModelSources sources;
  sources.load_production = std::move(load);
  sources.train = [] { return turned_model_data("20260401_020000"); };
  return sources;
}

ModelSources turned_production() {
  return production([] { return loaded(turned_model_data("20260302_020000")); });
}

Result<LoadedModel> corrupt() {
  return fail(ErrorCode::kCorrupt, "the checksum does not match", "production_model.safetensors",
              "deploy it again");
}

TEST(ApiReload, SwapsTheModelAndTellsBothVersions) {
  ApiFixture fixture(turned_production());
  fixture.slot.set(served(fixed_model_data()));
  const Response response = fixture.post("/reload", "");
  ASSERT_EQ(response.status, 200) << response.body;
  const json body = json::parse(response.body);
  EXPECT_EQ(body["old"], "hybrid_model_20260301_020000");
  EXPECT_EQ(body["new"], "hybrid_model_20260302_020000");
  EXPECT_EQ(body["source"], "production");
  EXPECT_GE(body["seconds"].get<double>(), 0);
  EXPECT_EQ(fixture.get("/recommend/1").body, "50,40,30");
}

TEST(ApiReload, TheFirstModelHasNoOldVersion) {
  ApiFixture fixture(turned_production());
  EXPECT_TRUE(json::parse(fixture.post("/reload", "").body)["old"].is_null());
  EXPECT_EQ(fixture.get("/health").status, 200);
}

TEST(ApiReload, FromDataTrains) {
  ApiFixture fixture(turned_production());
  const Response response = fixture.post("/reload", R"({"source": "data"})");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(json::parse(response.body)["new"], "hybrid_model_20260401_020000");
  EXPECT_EQ(json::parse(fixture.get("/health").body)["model"]["origin"], "data");
  EXPECT_TRUE(json::parse(fixture.get("/health").body)["model"]["checksum"].is_null());
}

TEST(ApiReload, ARefusedModelLeavesTheOldOne) {
  ApiFixture fixture(production(corrupt));
  fixture.slot.set(served(fixed_model_data()));
  const Response response = fixture.post("/reload", "{}");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, kProblemType);
  EXPECT_NE(response.body.find("the checksum does not match"), std::string::npos);
  EXPECT_NE(response.body.find("deploy it again"), std::string::npos);
  EXPECT_EQ(fixture.get("/recommend/1").body, "30,40,50");
  EXPECT_NE(fixture.get("/metrics").body.find("marquee_reloads_total{result=\"refused\"} 1"),
            std::string::npos);
}

TEST(ApiReload, RulesAreReadAnewAndAnsweredFromTheNextModelOn) {
  Result<ListRules> rules = ListRules{.exclude = {30}};
  ModelSources sources = production([] { return loaded(fixed_model_data()); });
  sources.rules = [&] { return rules; };
  ApiFixture fixture(std::move(sources));
  fixture.post("/reload", "");
  EXPECT_EQ(fixture.get("/recommend/1").body, "40,50");
  EXPECT_EQ(fixture.get("/recommend/1?exclude=40").body, "50") << "a request cannot widen a rule";
  rules = ListRules{};
  fixture.post("/reload", "");
  EXPECT_EQ(fixture.get("/recommend/1").body, "30,40,50");
}

TEST(ApiReload, RulesThatCannotBeReadLeaveTheOldModel) {
  ModelSources sources = production([] { return loaded(turned_model_data("20260302_020000")); });
  sources.rules = []() -> Result<ListRules> {
    return fail(ErrorCode::kUsage, "'x' is no movie id", "gone.txt:2", "write one a line");
  };
  ApiFixture fixture(std::move(sources));
  fixture.slot.set(served(fixed_model_data()));
  const Response response = fixture.post("/reload", "");
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.body.find("gone.txt:2"), std::string::npos);
  EXPECT_EQ(fixture.get("/recommend/1").body, "30,40,50");
}

TEST(ApiReload, HealthSaysWhyThereIsNoModel) {
  ApiFixture fixture(production(corrupt));
  fixture.post("/reload", "");
  const Response health = fixture.get("/health");
  EXPECT_EQ(health.status, 503);
  EXPECT_NE(health.body.find("the checksum does not match"), std::string::npos);
  EXPECT_EQ(fixture.get("/recommend/1").status, 503);
}

// Holds loading back until released.
struct Gate {
  std::promise<void> open;
  std::shared_future<void> opened{open.get_future()};
};

TEST(ApiReload, WithoutWaitingAnswersWhereToAsk) {
  Gate gate;
  ApiFixture fixture(production([&]() -> Result<LoadedModel> {
    gate.opened.wait();
    return loaded(turned_model_data("20260302_020000"));
  }));
  const Response response = fixture.post("/reload", R"({"wait": false})");
  ASSERT_EQ(response.status, 202);
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].first, "Location");
  const std::string status_path = response.headers[0].second;
  EXPECT_EQ(status_path, "/reload/status/1");
  EXPECT_NE(json::parse(fixture.get(status_path).body)["state"], "done");
  EXPECT_EQ(json::parse(fixture.get("/health").body)["reloading"], true);
  gate.open.set_value();
  fixture.post("/reload", "");  // behind it
  const json status = json::parse(fixture.get(status_path).body);
  EXPECT_EQ(status["state"], "done");
  EXPECT_EQ(status["new"], "hybrid_model_20260302_020000");
}

TEST(ApiReload, TheStatusOfARefusedReloadHoldsTheProblem) {
  ApiFixture fixture(production(corrupt));
  fixture.post("/reload", "");
  const json status = json::parse(fixture.get("/reload/status/1").body);
  EXPECT_EQ(status["state"], "failed");
  EXPECT_EQ(status["problem"]["type"], "urn:marquee:problem:model-refused");
  EXPECT_EQ(status["problem"]["mend"], "deploy it again");
}

}  // namespace
}  // namespace marquee::serving
