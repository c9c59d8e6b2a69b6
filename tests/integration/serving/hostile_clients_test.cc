// Clients that mean harm, or do not know better.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/integration/serving/serve_process.h"

namespace marquee::serving {
namespace {

struct HostileClients : testing::Test {
  void SetUp() override {
    put_into_production(train_model(folder.path(), 1), folder.path() / "data");
  }
  TemporaryFolder folder;
};

TEST_F(HostileClients, GarbageHarmsNobody) {
  ServeProcess server(folder.path() / "data");
  const std::string list = server.get("/recommend/1").body;
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    std::string bytes = i % 2 == 0 ? "" : get_bytes("/recommend/1");
    for (int k = 0; k < 200; ++k)
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(random() % (bytes.size() + 1)),
                   static_cast<char>(random()));
    server.connect().send(bytes);
  }
  EXPECT_EQ(server.get("/recommend/1").body, list);
  EXPECT_EQ(server.stop(), 0);
}

TEST_F(HostileClients, HugeHeadersAndBodiesAreBounded) {
  ServeProcess server(folder.path() / "data");
  RawClient header = server.connect();
  header.send("GET /recommend/1 HTTP/1.1\r\nX-Long: " + std::string(1 << 20, 'x') + "\r\n\r\n");
  EXPECT_THAT(header.read_all(), testing::Not(testing::HasSubstr(" 200 ")));
  EXPECT_EQ(server.post("/events", std::string(8 << 20, 'x')).status, 413);
  EXPECT_EQ(server.post("/reload", std::string(70'000, ' ')).status, 413);
  EXPECT_EQ(server.get("/health").status, 200);
}

TEST_F(HostileClients, SlowOnesAreCutOffAndOthersDoNotWait) {
  ServeProcess server(folder.path() / "data", {"--set", "server.threads=1"});
  std::vector<RawClient> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(server.connect());
    slow.back().send("GET /recommend/1 HTTP/1.1\r\nX: ");
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(server.get("/health").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5))
      << "slow ones are given 10 s or so; it does not wait for them";
  for (int second = 0; second < 8; ++second) {  // a byte now and then buys no time
    for (const RawClient& client : slow) client.send("x");
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  for (RawClient& client : slow) ASSERT_TRUE(client.closed_within(std::chrono::seconds(60)));
  EXPECT_EQ(server.get("/health").status, 200);
}

TEST_F(HostileClients, ThousandsOfConnectionsAreTakenOrWait) {
  ServeProcess server(folder.path() / "data");
  std::vector<RawClient> clients;
  for (int i = 0; i < 900; ++i) clients.push_back(server.connect());
  EXPECT_EQ(parse_answer(clients.back().ask(get_bytes("/health"))).status, 200);
  clients.clear();
  EXPECT_EQ(server.get("/health").status, 200);
}

TEST_F(HostileClients, MoreConnectionsThanDescriptorsWaitForOthersToEnd) {
  ServeProcess server(folder.path() / "data", {"--set", "server.threads=1"}, 300);
  {
    std::vector<RawClient> clients;
    for (int i = 0; i < 500; ++i) clients.push_back(server.connect());
    EXPECT_EQ(parse_answer(clients.front().ask(get_bytes("/health"))).status, 200);
  }
  EXPECT_EQ(server.get("/health").status, 200);
}

}  // namespace
}  // namespace marquee::serving
