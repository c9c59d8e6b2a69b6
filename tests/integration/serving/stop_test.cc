// How the server stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/serving/serve_process.h"

namespace marquee::serving {
namespace {

using Time = std::chrono::steady_clock;

struct Stop : testing::Test {
  void SetUp() override { put_into_production(train_model(folder.path(), 1), data_dir); }
  TemporaryFolder folder;
  std::filesystem::path data_dir = folder.path() / "data";
};

TEST_F(Stop, BothSignalsExitWith0) {
  for (const int number : {SIGTERM, SIGINT}) {
    ServeProcess server(data_dir);
    server.signal(number);
    EXPECT_EQ(server.wait(), 0);
  }
}

TEST_F(Stop, ARequestThatIsHalfSentIsAnswered) {
  ServeProcess server(data_dir);
  const std::string list = server.get("/recommend/1").body;
  RawClient client = server.connect();
  const std::string request = get_bytes("/recommend/1");
  ASSERT_TRUE(client.send(request.substr(0, 20)));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  server.signal(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const HttpAnswer answer = parse_answer(client.ask(request.substr(20)));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, list);
  EXPECT_THAT(answer.head, testing::HasSubstr("Connection: close"));
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Stop, UnderLoadEveryRequestThatWasSentIsAnswered) {
  ServeProcess server(data_dir);
  std::atomic<int> answered{0}, unanswered{0};
  std::vector<std::jthread> clients;
  for (int t = 0; t < 8; ++t)
    clients.emplace_back([&, client = server.connect()]() mutable {
      while (true) {
        const HttpAnswer answer = parse_answer(client.ask(get_bytes("/recommend/1")));
        ++(answer.status == 200 ? answered : unanswered);
        if (answer.status != 200 || answer.head.find("Connection: close") != std::string::npos)
          return;
      }
    });
  while (answered < 200) std::this_thread::yield();
  EXPECT_EQ(server.stop(), 0);
  clients.clear();
  EXPECT_EQ(unanswered, 0);
}

// The kernel has taken these connections for the server, which has not come to them yet.
TEST_F(Stop, ConnectionsThatWaitToBeTakenAreAnswered) {
  constexpr int kClients = 200;
  ServeProcess server(data_dir);
  std::vector<RawClient> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(server.connect());
    ASSERT_TRUE(clients.back().send(get_bytes("/recommend/1")));
  }
  server.signal(SIGTERM);
  int answered = 0;
  for (RawClient& client : clients)
    answered += parse_answer(client.read_answer()).status == 200 ? 1 : 0;
  EXPECT_EQ(answered, kClients);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Stop, IdleAndStuckClientsDoNotHoldItUp) {
  ServeProcess server(data_dir);
  RawClient idle = server.connect(), stuck = server.connect();
  idle.ask(get_bytes("/recommend/1"));
  stuck.send("GET /recommend/1 HT");
  const auto start = Time::now();
  EXPECT_EQ(server.stop(), 0);
  EXPECT_LT(Time::now() - start, std::chrono::seconds(20));
}

TEST_F(Stop, ThePortIsFreeForTheNextAtOnce) {
  std::string port;
  {
    ServeProcess server(data_dir);
    server.get("/recommend/1");
    port = std::to_string(server.port());
    EXPECT_EQ(server.stop(), 0);
  }
  ServeProcess next(data_dir, {"--port", port});
  EXPECT_EQ(std::to_string(next.port()), port);
  EXPECT_EQ(next.get("/health").status, 200);
}

}  // namespace
}  // namespace marquee::serving
