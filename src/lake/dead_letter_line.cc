#include "lake/dead_letter_line.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "core/timestamp.h"
#include "lake/time_json.h"

namespace marquee::lake {
namespace {

using nlohmann::json;

// nullopt when the text is not UTF-8.
std::optional<std::string> json_text(std::string_view text) try {
  return json(text).dump();
} catch (const json::type_error&) {
  return std::nullopt;
}

// For texts of our own and of brokers, where a replacement character does no harm.
std::string safe_json_text(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string payload_member(const StreamRecord& record) {
  if (record.is_null) return R"("payload":null)";
  if (const auto payload = json_text(record.value)) return R"("payload":)" + *payload;
  return R"("payload_base64":")" + absl::Base64Escape(record.value) + '"';
}

std::string text_at(const json& object, const char* field) {
  return object.at(field).get<std::string>();
}

TimeMicros time_at(const json& source) {
  const auto found = source.find("record_time");
  if (found == source.end() || found->is_null()) return kUnknownTime;
  if (found->is_number()) return found->get<TimeMicros>();
  const auto time = parse_timestamp(found->get<std::string>());
  if (!time) throw std::invalid_argument("its record_time is none");
  return *time;
}

void read_payload(const json& object, DeadLetterLine& letter) {
  if (object.contains("payload_base64")) {
    if (!absl::Base64Unescape(text_at(object, "payload_base64"), &letter.payload))
      throw std::invalid_argument("its payload_base64 is none");
    return;
  }
  letter.is_null = object.at("payload").is_null();
  if (!letter.is_null) letter.payload = text_at(object, "payload");
}

void read_content(const json& object, DeadLetterLine& letter) {
  letter.reason = text_at(object, "reason");
  letter.detail = text_at(object, "detail");
  letter.record_time = time_at(object.at("_source"));
  read_payload(object, letter);
}

DeadLetterLine letter_of(const json& object, const BronzeName& name) {
  const json& source = object.at("_source");
  DeadLetterLine letter;
  letter.offset = source.at("offset").get<std::int64_t>();
  letter.is_forgotten = object.value("forgotten", false);
  if (!letter.is_forgotten) read_content(object, letter);
  if (text_at(source, "topic") != name.partition.topic ||
      source.at("partition").get<std::int32_t>() != name.partition.partition)
    throw std::invalid_argument("its _source is another partition than the object's name says");
  if (letter.offset < name.first || letter.offset > name.last)
    throw std::invalid_argument("its offset lies outside of the object's name");
  return letter;
}

}  // namespace

void append_dead_letter_line(const StreamRecord& record, std::string_view reason,
                             std::string_view detail, std::string& out) {
  out += fmt::format(
      R"({{"reason":{},"detail":{},{},"_source":{{"topic":{},"partition":{},"offset":{},"record_time":{}}}}})",
      safe_json_text(reason), safe_json_text(detail), payload_member(record),
      safe_json_text(record.topic), record.partition, record.offset, time_json(record.record_time));
  out += '\n';
}

std::expected<DeadLetterLine, std::string> parse_dead_letter_line(std::string_view line,
                                                                  const BronzeName& name) try {
  return letter_of(json::parse(line), name);
} catch (const std::exception& error) {  // of nlohmann, or of the functions above
  return std::unexpected(std::string(error.what()));
}

}  // namespace marquee::lake
