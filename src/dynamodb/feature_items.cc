#include "dynamodb/feature_items.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <system_error>

namespace marquee::dynamodb {
namespace {

using nlohmann::json;

// That reads back as the same double.
std::string shortest(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

json number_of(double value) {
  return {{"N", shortest(value)}};
}

std::string quoted(const std::string& text) {
  return json(text).dump();
}

json text_of(const std::string& value) {
  return {{"S", value}};
}

void set_time(json& item, TimeMicros time) {
  if (time != kUnknownTime) item["last_update"] = number(time);
}

json to_json(const FeatureSums& sums) {
  json item = {{"count", number(sums.count)},
               {"sum", number_of(sums.sum)},
               {"square_sum", number_of(sums.square_sum)}};
  set_time(item, sums.last_update);
  return item;
}

json to_json(const std::vector<PartitionTotals>& totals) {
  json list = json::array();
  for (const PartitionTotals& one : totals) {
    json item = to_json(one.sums);
    item["topic"] = text_of(one.topic);
    item["partition"] = number(one.partition);
    item["next_offset"] = number(one.next_offset);
    list.push_back({{"M", std::move(item)}});
  }
  return {{"L", std::move(list)}};
}

template <typename Row>
json nightly_item(const Row& row, std::int64_t id) {
  json item = {{"id", number(id)},
               {"avg_rating", number_of(row.features.avg_rating)},
               {"rating_count", number(row.features.rating_count)},
               {"sum", number_of(row.sum)},
               {"square_sum", number_of(row.square_sum)},
               {"as_of", number(row.as_of)},
               {"totals", to_json(row.totals)}};
  set_time(item, row.features.last_update);
  return item;
}

// Takes attributes of an item; remembers the first that is not as it should be.
class Attributes {
 public:
  explicit Attributes(const Item& item) : item_(item) {}

  void take(const char* name, auto& value) {
    const std::string text = member(name, "N");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) refuse(name);
  }
  void take_text(const char* name, std::string& value) {
    if (!is(name, "S")) refuse(name);
    value = member(name, "S");
  }
  void take_time(TimeMicros& value) {
    if (has("last_update")) take("last_update", value);
  }
  void take_sums(FeatureSums& sums) {
    take("count", sums.count);
    take("sum", sums.sum);
    take("square_sum", sums.square_sum);
    take_time(sums.last_update);
  }
  void take_totals(std::vector<PartitionTotals>& totals) {
    if (!has("totals") || !item_["totals"].is_object() || !item_["totals"].contains("L"))
      return refuse("totals");
    for (const json& entry : item_["totals"]["L"]) {
      Attributes one(entry.is_object() && entry.contains("M") ? entry["M"] : json());
      one.take_text("topic", totals.emplace_back().topic);
      one.take("partition", totals.back().partition);
      one.take("next_offset", totals.back().next_offset);
      one.take_sums(totals.back().sums);
      if (!one.refused_.empty()) refuse("totals");
    }
  }

  template <typename Row>
  Result<Row> finish(Row row) const {
    if (refused_.empty()) return row;
    return fail(ErrorCode::kCorrupt,
                fmt::format("the attribute '{}' is missing or of another type", refused_),
                has("id") ? "item " + item_["id"].dump() : "item without id",
                "extract-features writes nightly rows anew");
  }

 private:
  bool has(const char* name) const { return item_.is_object() && item_.contains(name); }
  bool is(const char* name, const char* type) const {
    return has(name) && item_[name].is_object() && item_[name].contains(type) &&
           item_[name][type].is_string();
  }
  std::string member(const char* name, const char* type) const {
    return is(name, type) ? item_[name][type].get<std::string>() : "";
  }
  void refuse(const char* name) {
    if (refused_.empty()) refused_ = name;
  }

  const Item item_;
  std::string refused_;
};

template <typename Row>
void take_nightly(Attributes& attributes, Row& row, std::int64_t& id) {
  attributes.take("id", id);
  attributes.take("avg_rating", row.features.avg_rating);
  attributes.take("rating_count", row.features.rating_count);
  attributes.take("sum", row.sum);
  attributes.take("square_sum", row.square_sum);
  attributes.take("as_of", row.as_of);
  attributes.take_totals(row.totals);
  attributes.take_time(row.features.last_update);
}

std::string source_of(const RunningRow& row) {
  return source_prefix(row.topic, row.partition) + row.writer;
}

}  // namespace

Item number(std::int64_t value) {
  return {{"N", std::to_string(value)}};
}

Item id_key(std::int64_t id) {
  return {{"id", number(id)}};
}

std::string source_prefix(const std::string& topic, std::int32_t partition) {
  return fmt::format("{}/{}/", topic, partition);
}

Item running_key(const RunningRow& row) {
  return {{"id", number(row.id)}, {"source", text_of(source_of(row))}};
}

Item to_item(const NightlyUser& row) {
  Item item = nightly_item(row, row.features.user);
  item["std_dev"] = number_of(row.features.std_dev);
  return item;
}

Item to_item(const NightlyMovie& row) {
  Item item = nightly_item(row, row.features.movie);
  item["popularity"] = number_of(row.features.popularity);
  return item;
}

// Consumers write these by the ten thousand.
std::string to_text(const RunningRow& row) {
  std::string text = fmt::format(
      R"({{"id":{{"N":"{}"}},"source":{{"S":{}}},"topic":{{"S":{}}},"partition":{{"N":"{}"}},)"
      R"("writer":{{"S":{}}},"last_offset":{{"N":"{}"}},"count":{{"N":"{}"}},"sum":{{"N":"{}"}},)"
      R"("square_sum":{{"N":"{}"}})",
      row.id, quoted(source_of(row)), quoted(row.topic), row.partition, quoted(row.writer),
      row.last_offset, row.sums.count, shortest(row.sums.sum), shortest(row.sums.square_sum));
  if (row.sums.last_update != kUnknownTime)
    text += fmt::format(R"(,"last_update":{{"N":"{}"}})", row.sums.last_update);
  return text + '}';
}

Result<NightlyUser> user_from(const Item& item) {
  Attributes attributes(item);
  NightlyUser row;
  take_nightly(attributes, row, row.features.user);
  attributes.take("std_dev", row.features.std_dev);
  return attributes.finish(std::move(row));
}

Result<NightlyMovie> movie_from(const Item& item) {
  Attributes attributes(item);
  NightlyMovie row;
  take_nightly(attributes, row, row.features.movie);
  attributes.take("popularity", row.features.popularity);
  return attributes.finish(std::move(row));
}

Result<NightlyState> state_from(const Item& item) {
  Attributes attributes(item);
  NightlyState state;
  attributes.take("id", state.id);
  attributes.take_totals(state.totals);
  return attributes.finish(std::move(state));
}

Result<RunningRow> running_from(const Item& item) {
  Attributes attributes(item);
  RunningRow row;
  attributes.take("id", row.id);
  attributes.take_text("topic", row.topic);
  attributes.take("partition", row.partition);
  attributes.take_text("writer", row.writer);
  attributes.take("last_offset", row.last_offset);
  attributes.take_sums(row.sums);
  return attributes.finish(std::move(row));
}

}  // namespace marquee::dynamodb
