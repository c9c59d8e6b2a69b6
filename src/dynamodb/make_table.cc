// Tables that make themselves.
#include <fmt/format.h>

#include "dynamodb/dynamodb_client.h"

namespace marquee::dynamodb {
namespace {

using nlohmann::json;

json creation(const TableSpec& table) {
  json definitions = json::array();
  json schema = json::array();
  const auto add = [&](const KeyAttribute& key, const char* role) {
    definitions.push_back(
        {{"AttributeName", key.name}, {"AttributeType", key.type == KeyType::kNumber ? "N" : "S"}});
    schema.push_back({{"AttributeName", key.name}, {"KeyType", role}});
  };
  add(table.hash, "HASH");
  if (table.range) add(*table.range, "RANGE");
  return {{"TableName", table.name},
          {"AttributeDefinitions", definitions},
          {"KeySchema", schema},
          {"BillingMode", "PAY_PER_REQUEST"}};
}

}  // namespace

Result<bool> Client::is_active(const TableSpec& table) const {
  MARQUEE_ASSIGN(const json reply,
                 call("DescribeTable", table.name, json{{"TableName", table.name}}.dump()));
  const json description = reply.value("Table", json::object());
  return description.value("TableStatus", "") == "ACTIVE";
}

Status Client::ensure_table(const TableSpec& table) const {
  constexpr TimeMicros kPatience = 60 * kMicrosPerSecond;  // AWS takes some 10 s
  const TimeMicros deadline = clock_->now() + kPatience;
  Backoff backoff;
  for (;;) {
    const auto active = is_active(table);
    if (active && *active) return {};
    if (!active && active.error().code != ErrorCode::kNotFound)
      return std::unexpected(active.error());
    if (!active) {
      // Another process may be making it at the same moment.
      const auto made = call("CreateTable", table.name, creation(table).dump());
      if (!made && made.error().code != ErrorCode::kConflict) return std::unexpected(made.error());
    }
    if (clock_->now() >= deadline)
      return fail(ErrorCode::kUnavailable, "the table is not ready yet", place(table.name),
                  "try again later");
    backoff.wait(*clock_, {});
  }
}

}  // namespace marquee::dynamodb
