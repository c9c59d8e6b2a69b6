// Models are swapped while the server answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "model/model_file.h"
#include "model/recommender.h"
#include "tests/integration/serving/serve_process.h"

namespace marquee::serving {
namespace {

using nlohmann::json;

constexpr int kUsers = 60;
constexpr int kReloads = 100;
constexpr int kListLength = 20;

// What /recommend must answer for each user, straight from the model's file.
std::vector<std::string> lists_of(const std::filesystem::path& model) {
  const Recommender recommender(load_model(model).value().data);
  std::vector<std::string> lists(kUsers + 1);
  for (int user = 1; user <= kUsers; ++user)
    for (const auto& item : recommender.recommend(user, kListLength))
      lists[user] += fmt::format("{}{}", lists[user].empty() ? "" : ",", item.movie);
  return lists;
}

int rate(const ServeProcess& server, int user, int movie, int rating) {
  return server
      .post("/events",
            fmt::format(R"({{"user_id":{},"movie_id":{},"rating":{}}})", user, movie, rating))
      .status;
}

struct Reload : testing::Test {
  TemporaryFolder folder;
  std::filesystem::path data_dir = folder.path() / "data";
  std::filesystem::path model_a = train_model(folder.path(), 1),
                        model_b = train_model(folder.path(), 2);
};

TEST_F(Reload, AHundredUnderLoadFailNoRequestAndNoAnswerIsHalfNew) {
  const std::vector<std::string> lists[] = {lists_of(model_a), lists_of(model_b)};
  const std::string models[] = {read_file(model_a).value(), read_file(model_b).value()};
  ASSERT_NE(lists[0], lists[1]);
  put_into_production(model_a, data_dir);
  ServeProcess server(data_dir);
  std::atomic<bool> done{false};
  std::atomic<int> answers{0}, failed{0}, half_new{0};
  std::vector<std::jthread> clients;
  for (int t = 0; t < 3; ++t)
    clients.emplace_back([&, t] {
      RawClient client = server.connect();
      for (int i = t; !done; ++i) {
        const int user = i % kUsers + 1;
        const HttpAnswer answer =
            parse_answer(client.ask(get_bytes(fmt::format("/recommend/{}", user))));
        ++answers;
        if (answer.status != 200) ++failed;
        if (answer.body != lists[0][user] && answer.body != lists[1][user]) ++half_new;
      }
    });
  for (int i = 1; i <= kReloads; ++i) {
    ASSERT_TRUE(write_file_durably(production_path(data_dir), models[i % 2]));
    const HttpAnswer reloaded = server.post("/reload");
    ASSERT_EQ(reloaded.status, 200) << reloaded.body;
    ASSERT_EQ(server.get("/recommend/1").body, lists[i % 2][1]) << "reload " << i;
  }
  done = true;
  clients.clear();
  EXPECT_GT(answers, kReloads);
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(half_new, 0);
  EXPECT_EQ(server.stop(), 0);
}

TEST_F(Reload, WhatHappensToTheFileWhileItIsServedChangesNothing) {
  put_into_production(model_a, data_dir);
  ServeProcess server(data_dir);
  const auto lists = lists_of(model_a);
  const auto every_list_stays = [&] {
    for (int user = 1; user <= kUsers; ++user)
      ASSERT_EQ(server.get(fmt::format("/recommend/{}", user)).body, lists[user]);
  };
  const auto refused = [&] {
    const HttpAnswer answer = server.post("/reload");
    EXPECT_EQ(answer.status, 422) << answer.body;
    EXPECT_THAT(answer.head, testing::HasSubstr("application/problem+json"));
  };
  const auto path = production_path(data_dir);
  const auto size = std::filesystem::file_size(path);

  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
      << std::string(static_cast<std::size_t>(size), '\xff');  // in place
  every_list_stays();
  refused();
  std::filesystem::resize_file(path, size / 2);
  every_list_stays();
  refused();
  std::filesystem::resize_file(path, 0);
  every_list_stays();
  refused();

  EXPECT_EQ(json::parse(server.get("/health").body)["model"]["checksum"],
            load_model(model_a).value().checksum);
  put_into_production(model_b, data_dir);
  EXPECT_EQ(server.post("/reload").status, 200);
  EXPECT_EQ(server.get("/recommend/1").body, lists_of(model_b)[1]);
}

TEST_F(Reload, FromDataCountsEventsThatWereJustAccepted) {
  ServeProcess server(data_dir);
  ASSERT_EQ(server.get("/recommend/1").status, 503);
  for (int user = 1; user <= 12; ++user)
    for (int movie = 1; movie <= 16; ++movie) {
      if ((user * 7 + movie * 5) % 3 == 0) continue;
      ASSERT_EQ(rate(server, user, movie, user % 2 == movie % 2 ? 5 : 2), 200);
    }
  const HttpAnswer first = server.post("/reload", R"({"source": "data"})");
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string before = server.get("/recommend/1").body;
  ASSERT_FALSE(before.empty());
  const std::string best = before.substr(0, before.find(','));
  ASSERT_EQ(rate(server, 1, std::stoi(best), 1), 200);
  EXPECT_EQ(server.get("/recommend/1").body, before) << "events alone change nothing";
  ASSERT_EQ(server.post("/reload", R"({"source": "data"})").status, 200);
  EXPECT_THAT(server.get("/recommend/1").body, testing::Not(testing::StartsWith(best + ",")))
      << "a movie that was rated is not recommended";
  EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace marquee::serving
