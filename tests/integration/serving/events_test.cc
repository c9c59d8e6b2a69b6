// An event that was answered is there, whatever happens next.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/integration/serving/serve_process.h"

namespace marquee::serving {
namespace {

using nlohmann::json;

// The user's number of ratings in the store once it is `wanted`, or what it is after the patience.
std::int64_t rating_count(const ServeProcess& server, int user, std::int64_t wanted) {
  std::int64_t count = 0;
  for (int i = 0; i < 500; ++i) {
    const HttpAnswer answer = server.get(fmt::format("/user/{}/profile", user));
    if (answer.status == 200) count = json::parse(answer.body)["features"]["rating_count"];
    if (count == wanted) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return count;
}

TEST(Events, SurviveAKillRightAfterTheAnswer) {
  constexpr int kRounds = 10, kEach = 5;
  const TemporaryFolder folder;
  std::int64_t next_offset = 0;
  for (int round = 0; round < kRounds; ++round) {
    ServeProcess server(folder.path());
    RawClient client = server.connect();
    for (int i = 0; i < kEach; ++i) {
      const int movie = round * kEach + i + 1;
      const HttpAnswer answer = parse_answer(client.ask(post_bytes(
          "/events", fmt::format(R"({{"user_id":1,"movie_id":{},"rating":4}})", movie))));
      ASSERT_EQ(answer.status, 200) << answer.body;
      ASSERT_EQ(json::parse(answer.body)["offset"], next_offset++);
    }
    server.signal(SIGKILL);
    ASSERT_EQ(server.wait(), -SIGKILL);
  }
  const ServeProcess server(folder.path());
  EXPECT_EQ(rating_count(server, 1, kRounds * kEach), kRounds * kEach);
}

TEST(Events, ManyClientsAtOnceLoseAndDoubleNothing) {
  constexpr int kClients = 4, kEach = 50;
  const TemporaryFolder folder;
  ServeProcess server(folder.path());
  {
    std::vector<std::jthread> clients;
    for (int t = 1; t <= kClients; ++t)
      clients.emplace_back([&server, t] {
        RawClient client = server.connect();
        for (int movie = 1; movie <= kEach; ++movie)
          EXPECT_EQ(parse_answer(
                        client.ask(post_bytes(
                            "/events",
                            fmt::format(R"({{"user_id":{},"movie_id":{},"rating":3}})", t, movie))))
                        .status,
                    200);
      });
  }
  for (int t = 1; t <= kClients; ++t) EXPECT_EQ(rating_count(server, t, kEach), kEach);
  EXPECT_EQ(server.stop(), 0);
}

TEST(Events, WithoutAConsumerTheyWaitInTheStream) {
  const TemporaryFolder folder;
  ServeProcess server(folder.path(), {"--set", "server.consume=false"});
  ASSERT_EQ(server.post("/events", R"({"user_id":1,"movie_id":2,"rating":3})").status, 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(server.get("/user/1/profile").status, 404);
  EXPECT_EQ(server.stop(), 0);
  const Finished consumed =
      run_marquee({"consume", "--exit-when-idle", "0.2", "--data-dir", folder.path()});
  EXPECT_EQ(consumed.exit_code, 0) << consumed.output;
  const ServeProcess again(folder.path(), {"--set", "server.consume=false"});
  EXPECT_EQ(rating_count(again, 1, 1), 1);
}

}  // namespace
}  // namespace marquee::serving
