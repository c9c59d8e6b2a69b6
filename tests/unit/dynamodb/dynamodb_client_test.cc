// What DynamoDB Local never does: leave items undone, throttle, take its time over a table.
#include "dynamodb/dynamodb_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/aws/stub_server.h"
#include "tests/unit/pipeline/simulated_clock.h"

namespace marquee::dynamodb {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

TableSpec some_table() {
  TableSpec table{.name = "some_table", .hash = {"id", KeyType::kNumber}};
  table.range.emplace("source", KeyType::kText);
  return table;
}

Item item(int id) {
  return {{"id", {{"N", std::to_string(id)}}}};
}

std::vector<Item> items(int count) {
  std::vector<Item> all;
  for (int k = 1; k <= count; ++k) all.push_back(item(k));
  return all;
}

std::string operation_of(const StubRequest& request) {
  const std::string target = request.headers.at("x-amz-target");
  return target.substr(target.find('.') + 1);
}

class ClientTest : public testing::Test {
 protected:
  Client& serve(std::function<StubAnswer(const StubRequest&)> answer, int parallel = 4) {
    server_.emplace(std::move(answer));
    auto service = aws::Service::make(
        {.endpoint = {server_->url(), {"us-east-1", "dynamodb"}}, .retries = {.tries = 6}},
        {"id", aws::Secret("secret"), aws::Secret()}, clock_);
    return client_.emplace(std::move(*service), ClientOptions{.parallel_requests = parallel},
                           clock_);
  }
  std::vector<std::string> operations() const {
    std::vector<std::string> names;
    for (const StubRequest& request : server_->requests()) names.push_back(operation_of(request));
    return names;
  }

  SimulatedClock clock_{1'440'938'160 * kMicrosPerSecond};
  std::optional<StubServer> server_;
  std::optional<Client> client_;
};

// Takes at most `most` requests of a batch and leaves the rest undone.
class Table {
 public:
  explicit Table(std::size_t most) : most_(most) {}

  StubAnswer operator()(const StubRequest& request) {
    const std::lock_guard guard(mutex_);
    json asked = json::parse(request.body)["RequestItems"]["some_table"];
    largest_ = std::max(largest_, asked.size());
    json left = json::array();
    for (std::size_t k = 0; k < asked.size(); ++k)
      if (k < most_)
        taken_.insert(asked[k].dump());
      else
        left.push_back(asked[k]);
    json undone = json::object();
    if (!left.empty()) undone["some_table"] = left;
    return {.body = json{{"UnprocessedItems", undone}}.dump()};
  }
  std::multiset<std::string> taken_;
  std::size_t largest_ = 0;

 private:
  std::size_t most_;
  std::mutex mutex_;
};

TEST_F(ClientTest, SendsAgainWhatWasLeftUndoneAndNothingElse) {
  Table table(10);
  const Client& client = serve([&](const StubRequest& request) { return table(request); });
  ASSERT_TRUE(client.put("some_table", items(103)));
  EXPECT_EQ(table.taken_.size(), 103u);
  EXPECT_EQ(std::set(table.taken_.begin(), table.taken_.end()).size(), 103u);
  EXPECT_EQ(table.largest_, 25u);
  EXPECT_LT(client.allowed_requests(), 4);
}

TEST_F(ClientTest, GivesUpWhenNothingGetsDone) {
  Table table(0);
  const Client& client = serve([&](const StubRequest& request) { return table(request); });
  const Status status = client.put("some_table", items(3));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(status.error().message(), HasSubstr("some_table"));
  EXPECT_GT(server_->requests().size(), 3u);
}

TEST_F(ClientTest, RemovesInBatches) {
  Table table(25);
  const Client& client = serve([&](const StubRequest& request) { return table(request); });
  ASSERT_TRUE(client.remove("some_table", items(26)));
  EXPECT_EQ(server_->requests().size(), 2u);
  EXPECT_THAT(*table.taken_.begin(), HasSubstr(R"({"DeleteRequest":{"Key":{"id")"));
}

TEST_F(ClientTest, AnItemThatIsTooLargeIsRefusedBeforeAnythingIsSent) {
  const Client& client = serve(script({{.body = "{}"}}));
  std::vector<Item> all = items(1);
  all.push_back({{"id", {{"N", "2"}}}, {"text", {{"S", std::string(500'000, 'x')}}}});
  EXPECT_EQ(client.put("some_table", all).error().code, ErrorCode::kInternal);
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(ClientTest, ABatchStaysBelowTheServicesLimitOfBytes) {
  Table table(25);
  const Client& client = serve([&](const StubRequest& request) { return table(request); });
  std::vector<Item> all;
  for (int k = 0; k < 60; ++k) {
    all.push_back(item(k));
    all.back()["text"] = {{"S", std::string(400'000, 'x')}};
  }
  ASSERT_TRUE(client.put("some_table", all));
  const auto requests = server_->requests();
  for (const StubRequest& request : requests) EXPECT_LT(request.body.size(), 16u << 20);
  EXPECT_EQ(table.taken_.size(), 60u);
}

TEST_F(ClientTest, ThrottlingLowersTheConcurrencyAndIsWaitedOut) {
  std::atomic<int> count = 0;
  const Client& client = serve([&](const StubRequest&) -> StubAnswer {
    if (++count <= 4)
      return {.status = 400, .body = R"({"__type":"a#ProvisionedThroughputExceededException"})"};
    return {.body = "{}"};
  });
  const TimeMicros begin = clock_.now();
  ASSERT_TRUE(client.put("some_table", items(1)));
  EXPECT_GE(clock_.now() - begin, (50 + 100 + 200 + 400) * 1000);
  EXPECT_EQ(client.allowed_requests(), 2);
  EXPECT_EQ(client.counts().throttled, 4);
}

TEST_F(ClientTest, ReadsAHundredKeysAtATimeAndAsksAgainForThoseLeft) {
  std::atomic<std::size_t> largest = 0;
  const Client& client = serve([&](const StubRequest& request) {
    json keys = json::parse(request.body)["RequestItems"]["some_table"]["Keys"];
    largest = std::max(largest.load(), keys.size());
    json left = json::array();
    while (keys.size() > 40) {
      left.push_back(keys.back());
      keys.erase(keys.size() - 1);
    }
    json undone = json::object();
    if (!left.empty()) undone["some_table"] = {{"Keys", left}};
    return StubAnswer{
        .body = json{{"Responses", {{"some_table", keys}}}, {"UnprocessedKeys", undone}}.dump()};
  });
  const auto found = client.get("some_table", items(250));
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(std::set(found->begin(), found->end()).size(), 250u);
  EXPECT_EQ(found->size(), 250u);
  EXPECT_EQ(largest, 100u);
}

TEST_F(ClientTest, QueriesAndScansPageByPage) {
  const auto pages = [](const StubRequest& request) {
    const json asked = json::parse(request.body);
    if (!asked.contains("ExclusiveStartKey"))
      return StubAnswer{
          .body = json{{"Items", {item(1), item(2)}}, {"LastEvaluatedKey", item(2)}}.dump()};
    EXPECT_EQ(asked["ExclusiveStartKey"], item(2));
    return StubAnswer{.body = json{{"Items", {item(3)}}}.dump()};
  };
  const Client& client = serve(pages);
  EXPECT_EQ(client.query(some_table(), {{"N", "1"}}).value(), items(3));
  std::vector<Item> scanned;
  ASSERT_TRUE(client.scan("some_table", [&](std::span<const Item> page) -> Status {
    scanned.insert(scanned.end(), page.begin(), page.end());
    return {};
  }));
  EXPECT_EQ(scanned, items(3));
}

TEST_F(ClientTest, MakesATableAndWaitsUntilItIsActive) {
  std::atomic<int> described = 0;
  const Client& client = serve([&](const StubRequest& request) -> StubAnswer {
    if (operation_of(request) == "CreateTable") return {.body = "{}"};
    const int k = ++described;
    if (k == 1) return {.status = 400, .body = R"({"__type":"a#ResourceNotFoundException"})"};
    return {.body = json{{"Table", {{"TableStatus", k < 4 ? "CREATING" : "ACTIVE"}}}}.dump()};
  });
  ASSERT_TRUE(client.ensure_table(some_table()));
  EXPECT_THAT(operations(), ElementsAre("DescribeTable", "CreateTable", "DescribeTable",
                                        "DescribeTable", "DescribeTable"));
  const json made = json::parse(server_->requests()[1].body);
  EXPECT_EQ(made["BillingMode"], "PAY_PER_REQUEST");
  EXPECT_EQ(made["KeySchema"][1]["AttributeName"], "source");
  EXPECT_EQ(made["AttributeDefinitions"][0]["AttributeType"], "N");
}

TEST_F(ClientTest, AnotherMayMakeTheTableAtTheSameMoment) {
  std::atomic<int> described = 0;
  const Client& client = serve([&](const StubRequest& request) -> StubAnswer {
    if (operation_of(request) == "CreateTable")
      return {.status = 400, .body = R"({"__type":"a#ResourceInUseException"})"};
    if (++described == 1)
      return {.status = 400, .body = R"({"__type":"a#ResourceNotFoundException"})"};
    return {.body = R"({"Table":{"TableStatus":"ACTIVE"}})"};
  });
  EXPECT_TRUE(client.ensure_table(some_table()));
}

TEST_F(ClientTest, ATableThatNeverBecomesActiveIsToldInTheEnd) {
  const Client& client = serve(script({{.body = R"({"Table":{"TableStatus":"CREATING"}})"}}));
  EXPECT_EQ(client.ensure_table(some_table()).error().code, ErrorCode::kUnavailable);
}

TEST_F(ClientTest, RemovesOnlyWhatIsStillTheSame) {
  const Client& client =
      serve(script({{.body = "{}"},
                    {.status = 400, .body = R"({"__type":"a#ConditionalCheckFailedException"})"}}));
  EXPECT_EQ(client.remove_if("some_table", item(1), "last_offset", {{"N", "5"}}), true);
  EXPECT_EQ(client.remove_if("some_table", item(1), "last_offset", {{"N", "5"}}), false);
  EXPECT_EQ(json::parse(server_->requests()[0].body)["ExpressionAttributeValues"][":a"]["N"], "5");
}

TEST_F(ClientTest, NamesTableAndEndpoint) {
  const Client& refusing =
      serve(script({{.status = 400, .body = R"({"__type":"a#UnrecognizedClientException"})"}}));
  const Status status = refusing.put("some_table", items(1));
  EXPECT_EQ(status.error().code, ErrorCode::kUsage);
  EXPECT_THAT(status.error().where, HasSubstr("some_table at " + server_->url()));
  EXPECT_EQ(serve(script({{.body = "<html>"}})).put("some_table", items(1)).error().code,
            ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace marquee::dynamodb
