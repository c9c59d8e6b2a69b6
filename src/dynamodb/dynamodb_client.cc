#include "dynamodb/dynamodb_client.h"

#include <fmt/format.h>

#include <iterator>
#include <limits>

#include "aws/parallel.h"

namespace marquee::dynamodb {
namespace {

using nlohmann::json;

constexpr std::size_t kKeysPerRead = 100;

// Reads of what was just written must see it: they come before writes of states that build on them.
constexpr bool kConsistent = true;

bool has_any(const json& reply, const char* field) {
  const auto found = reply.find(field);
  return found != reply.end() && !found->empty();
}

void take_all(json& from, std::vector<Item>& to) {
  for (json& item : from) to.push_back(std::move(item));
}

}  // namespace

Client::Client(aws::Service service, const ClientOptions& options, Clock& clock)
    : service_(std::move(service)),
      options_(options),
      clock_(&clock),
      limit_(std::make_unique<RequestLimit>(options.parallel_requests)) {}

std::string Client::place(const std::string& table) const {
  return fmt::format("DynamoDB table {} at {}", table, service_.url());
}

Status Client::in_parallel(std::size_t count,
                           const std::function<Status(std::size_t)>& work) const {
  return aws::in_parallel(count, options_.parallel_requests, work);
}

Result<json> Client::exchange(const std::string& operation, const std::string& table,
                              const std::string& body, bool& throttled) const {
  auto outcome = service_.send({.method = "POST",
                                .headers = {{"content-type", "application/x-amz-json-1.0"},
                                            {"x-amz-target", "DynamoDB_20120810." + operation}},
                                .body = body});
  throttled = outcome ? outcome->throttled : outcome.error().code == ErrorCode::kUnavailable;
  if (!outcome) {
    outcome.error().where = place(table);
    return std::unexpected(std::move(outcome.error()));
  }
  if (aws::verdict_on(outcome->answer) != aws::Verdict::kSuccess)
    return std::unexpected(aws::to_error(outcome->answer, place(table)));
  json reply = json::parse(outcome->answer.body, nullptr, /*allow_exceptions=*/false);
  if (!reply.is_object())
    return fail(ErrorCode::kCorrupt, "the server's answer is not JSON", place(table),
                "check that dynamodb.endpoint is a DynamoDB server");
  return reply;
}

Result<json> Client::call(const std::string& operation, const std::string& table,
                          const std::string& body, const char* undone) const {
  limit_->enter();
  bool throttled = false;
  auto reply = exchange(operation, table, body, throttled);
  // What is left undone is how a batch is told that it came too fast.
  limit_->leave(throttled || (reply && has_any(*reply, undone)));
  return reply;
}

Status Client::send_all(const std::string& operation, const std::string& table, const char* undone,
                        std::string body, const std::function<void(json&)>& take) const {
  const TimeMicros deadline =
      clock_->now() + std::chrono::microseconds(options_.resend.budget).count();
  Backoff backoff(options_.resend.backoff);
  for (;;) {
    MARQUEE_ASSIGN(json reply, call(operation, table, body, undone));
    take(reply);
    if (!has_any(reply, undone)) return {};
    if (clock_->now() >= deadline)
      return fail(ErrorCode::kUnavailable, "the table takes less than is asked of it", place(table),
                  "raise its capacity, or try again later");
    backoff.wait(*clock_, {});
    body = json{{"RequestItems", std::move(reply[undone])}}.dump();
  }
}

Result<bool> Client::remove_if(const std::string& table, const Item& key,
                               const std::string& attribute, const Item& value) const {
  const json request = {{"TableName", table},
                        {"Key", key},
                        {"ConditionExpression", "#a = :a"},
                        {"ExpressionAttributeNames", {{"#a", attribute}}},
                        {"ExpressionAttributeValues", {{":a", value}}}};
  const auto reply = call("DeleteItem", table, request.dump());
  if (reply) return true;
  if (reply.error().code == ErrorCode::kConflict) return false;
  return std::unexpected(reply.error());
}

Result<std::vector<Item>> Client::get(const std::string& table, std::span<const Item> keys) const {
  std::vector<std::vector<Item>> found((keys.size() + kKeysPerRead - 1) / kKeysPerRead);
  MARQUEE_TRY(in_parallel(found.size(), [&](std::size_t k) {
    const auto some =
        keys.subspan(k * kKeysPerRead, std::min(kKeysPerRead, keys.size() - k * kKeysPerRead));
    const json request = {
        {"RequestItems", {{table, {{"Keys", some}, {"ConsistentRead", kConsistent}}}}}};
    return send_all("BatchGetItem", table, "UnprocessedKeys", request.dump(),
                    [&](json& answer) { take_all(answer["Responses"][table], found[k]); });
  }));
  std::vector<Item> items;
  for (auto& page : found) std::ranges::move(page, std::back_inserter(items));
  return items;
}

Result<std::vector<Item>> Client::query_page(const std::string& table, json& request) const {
  MARQUEE_ASSIGN(json reply, call("Query", table, request.dump()));
  std::vector<Item> items;
  take_all(reply["Items"], items);
  request.erase("ExclusiveStartKey");
  if (const auto last = reply.find("LastEvaluatedKey"); last != reply.end())
    request["ExclusiveStartKey"] = std::move(*last);
  return items;
}

Result<std::vector<Item>> Client::query(const TableSpec& table, const Item& hash_value,
                                        const std::string& prefix) const {
  json request = {{"TableName", table.name},
                  {"ConsistentRead", kConsistent},
                  {"KeyConditionExpression", "#h = :h"},
                  {"ExpressionAttributeNames", {{"#h", table.hash.name}}},
                  {"ExpressionAttributeValues", {{":h", hash_value}}}};
  if (!prefix.empty() && table.range) {
    request["KeyConditionExpression"] = "#h = :h AND begins_with(#r, :r)";
    request["ExpressionAttributeNames"]["#r"] = table.range->name;
    request["ExpressionAttributeValues"][":r"] = {{"S", prefix}};
  }
  std::vector<Item> items;
  do {
    MARQUEE_ASSIGN(std::vector<Item> page, query_page(table.name, request));
    std::ranges::move(page, std::back_inserter(items));
  } while (request.contains("ExclusiveStartKey"));
  return items;
}

Status Client::scan(const std::string& table,
                    const std::function<Status(std::span<const Item>)>& take) const {
  MARQUEE_TRY(scan_pages(table, std::numeric_limits<std::size_t>::max(), take));
  return {};
}

Result<bool> Client::scan_pages(const std::string& table, std::size_t pages,
                                const std::function<Status(std::span<const Item>)>& take) const {
  json request = {{"TableName", table}, {"ConsistentRead", kConsistent}};
  for (std::size_t page = 0; page < pages; ++page) {
    MARQUEE_ASSIGN(json reply, call("Scan", table, request.dump()));
    std::vector<Item> items;
    take_all(reply["Items"], items);
    MARQUEE_TRY(take(items));
    const auto last = reply.find("LastEvaluatedKey");
    if (last == reply.end()) return true;
    request["ExclusiveStartKey"] = std::move(*last);
  }
  return false;
}

}  // namespace marquee::dynamodb
