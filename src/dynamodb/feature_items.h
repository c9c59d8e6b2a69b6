// Rows of the feature tables as DynamoDB items and back. Numbers come back as the same doubles. A
// time that is unknown is an attribute that is not there. Internal to dynamodb/.
#pragma once

#include "dynamodb/dynamodb_client.h"
#include "dynamodb/nightly_rows.h"

namespace marquee::dynamodb {

Item to_item(const NightlyUser& row);
Item to_item(const NightlyMovie& row);
std::string to_text(const RunningRow& row);  // the item as JSON

// kCorrupt when an attribute is missing or of another type; the error names it.
Result<NightlyUser> user_from(const Item& item);
Result<NightlyMovie> movie_from(const Item& item);
Result<RunningRow> running_from(const Item& item);
// What both nightly tables have alike.
struct NightlyState {
  std::int64_t id = 0;
  std::vector<PartitionTotals> totals;
};
Result<NightlyState> state_from(const Item& item);

Item number(std::int64_t value);  // {"N": "42"}
Item id_key(std::int64_t id);     // the key of a nightly row
Item running_key(const RunningRow& row);
std::string source_prefix(const std::string& topic, std::int32_t partition);

}  // namespace marquee::dynamodb
