// `marquee serve` while Kafka is away, comes, and goes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/integration/services/kafka_server.h"
#include "tests/integration/serving/serve_process.h"

namespace marquee::serving {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::string_view kEvent = R"({"user_id":1,"movie_id":2,"rating":4})";

std::vector<std::string> on_kafka(const std::string& brokers) {
  return {"--set", "stream.kind=kafka", "--set", "kafka.brokers=" + brokers};
}

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

TEST(ServeWithoutKafka, RecommendsAtOnceAndTakesEventsFromWhenABrokerIsThere) {
  KafkaServer broker = KafkaServer::not_started();
  const TemporaryFolder folder;
  put_into_production(train_model(folder.path(), 1), folder.path());
  ServeProcess server(folder.path(), on_kafka(broker.brokers()));
  EXPECT_EQ(json::parse(server.first_line())["ready"], true);
  EXPECT_EQ(server.get("/recommend/1").status, 200);

  const HttpAnswer refused = server.post("/events", kEvent);
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_NE(refused.head.find("application/problem+json"), std::string::npos) << refused.head;
  EXPECT_NE(refused.head.find("Retry-After: "), std::string::npos) << refused.head;
  const json problem = json::parse(refused.body);
  EXPECT_NE(problem["detail"].get<std::string>().find(broker.brokers()), std::string::npos);
  const HttpAnswer health = server.get("/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(json::parse(health.body)["events"]["detail"], problem["detail"]);

  broker.start();
  ASSERT_TRUE(eventually([&] { return server.post("/events", kEvent).status == 200; }));
  EXPECT_TRUE(eventually([&] { return server.get("/user/1/profile").status == 200; }))
      << "the consumer beside it has found the broker, too";
  EXPECT_EQ(json::parse(server.get("/health").body)["events"]["accepted"], true);

  broker.stop();
  EXPECT_TRUE(eventually(
      [&] { return json::parse(server.get("/health").body)["events"]["accepted"] == false; }));
  EXPECT_EQ(server.get("/recommend/1").status, 200);
  EXPECT_EQ(server.stop(), 0);
}

TEST(ServeWithoutKafka, StopsWithoutWaitingForIt) {
  const TemporaryFolder folder;
  ServeProcess server(folder.path(), on_kafka("127.0.0.1:1"));
  const auto begin = steady_clock::now();
  EXPECT_EQ(server.stop(), 0);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(4)) << "an attempt takes five";
}

TEST(ServeWithoutKafka, RefusesSettingsThatCannotWork) {
  const TemporaryFolder folder;
  auto arguments = on_kafka("127.0.0.1:1");
  arguments.insert(arguments.begin(),
                   {"serve", "--data-dir", folder.path(), "--set", "server.port=0", "--set",
                    "kafka.security_protocol=sasl_plaintext"});
  const Finished ended = run_marquee(arguments);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.output.find("kafka.sasl_mechanism"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace marquee::serving
