#include "core/config.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/durable_file.h"

namespace marquee {
namespace {

std::string error_of(const ConfigSources& sources) {
  const auto config = load_config(sources);
  if (config) return "";
  EXPECT_EQ(config.error().code, ErrorCode::kUsage);
  return config.error().message();
}

TEST(Config, ShippedFileStatesTheDefaults) {
  const auto shipped = load_config({.file = MARQUEE_SOURCE_DIR "/config/config.yaml",
                                    .environment = {}, .assignments = {}});
  ASSERT_TRUE(shipped) << shipped.error().message();
  EXPECT_EQ(config_entries(*shipped), config_entries(Config{}));
  const auto text = read_file(MARQUEE_SOURCE_DIR "/config/config.yaml");
  ASSERT_TRUE(text);
  for (const auto& [key, value] : config_entries(Config{}))
    EXPECT_NE(text->find(key.substr(key.find('.') + 1) + ":"), std::string::npos)
        << key << " is not in the shipped file";
}

TEST(Config, ALaterSourceWins) {
  ConfigSources sources{.file = {},
                        .environment = {{"MARQUEE_KAFKA_BROKERS", "b:1"}, {"PATH", "/bin"}},
                        .assignments = {"server.port=9000", "server.port=9001"}};
  auto config = load_config(sources);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->kafka.brokers, "b:1");
  EXPECT_EQ(config->server.port, 9001);
  sources.assignments.push_back("kafka.brokers=c:2");
  config = load_config(sources);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->kafka.brokers, "c:2");
}

TEST(Config, AnUnknownKeyNamesTheNearest) {
  EXPECT_NE(error_of({.file = {}, .environment = {}, .assignments = {"sever.port=1"}})
                .find("did you mean 'server.port'"), std::string::npos);
  EXPECT_NE(error_of({.file = {}, .environment = {{"MARQUEE_KAFKA_BROKER", "x"}}, .assignments = {}})
                .find("did you mean 'MARQUEE_KAFKA_BROKERS'"), std::string::npos);
}

TEST(Config, ValuesAreChecked) {
  for (const char* bad :
       {"server.port=abc", "server.port=70000", "server.port=1.5", "server.port=", "model.cf_weight=nan",
        "model.cf_weight=1.5", "model.content_weight=-0.5", "storage.mode=cloud", "server.consume=yes", "rules.min_year=-1",
        "ranking.diversity=2", "noequals", "=1",
        "events.min_rating=6"})
    EXPECT_NE(error_of({.file = {}, .environment = {}, .assignments = {bad}}), "") << bad;
}

TEST(Config, FoldingInNeedsADatabase) {
  EXPECT_EQ(error_of({.file = {}, .environment = {}, .assignments = {"server.fold_in=true"}}), "");
  EXPECT_NE(error_of({.file = {}, .environment = {},
                      .assignments = {"server.fold_in=true", "storage.mode=aws"}})
                .find("needs storage.mode embedded"), std::string::npos);
}

TEST(Config, ModelEntriesComeBack) {
  Config config;
  config.model.ranking.diversity = 0.5;
  config.model.n_neighbors = 77;
  config.model.similarity = "pearson";
  config.model.threads = 9;
  const auto again = with_model_entries(Config{}, model_entries_json(config));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->model.n_neighbors, 77);
  EXPECT_EQ(again->model.similarity, "pearson");
  EXPECT_EQ(again->model.ranking.diversity, 0.5);
  EXPECT_EQ(again->model.threads, 0) << "threads do not make another model";
  EXPECT_FALSE(with_model_entries(Config{}, "[]"));
  EXPECT_FALSE(with_model_entries(Config{}, R"({"model.n_neighbors": -4})"));
}

}  // namespace
}  // namespace marquee
