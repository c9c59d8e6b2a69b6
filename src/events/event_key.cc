#include "events/event_key.h"

namespace marquee {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kDigits = "0123456789";

// The place behind the string that begins at `quote`, or the end of the text.
std::size_t behind_string(std::string_view json, std::size_t quote) {
  std::size_t at = quote + 1;
  while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return at < json.size() ? at + 1 : json.size();
}

// The digits of the number behind a colon, when that is what comes next.
std::string_view number_at(std::string_view json, std::size_t at) {
  at = json.find_first_not_of(kSpace, at);
  if (at == json.npos || json[at] != ':') return {};
  at = json.find_first_not_of(kSpace, at + 1);
  if (at == json.npos) return {};
  const std::string_view rest = json.substr(at);
  return rest.substr(0, rest.find_first_not_of(kDigits));
}

}  // namespace

std::string_view event_key(std::string_view json) {
  constexpr std::string_view kField = R"("user_id")";
  int depth = 0;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t behind = behind_string(json, at);
      if (depth == 1 && json.substr(at, behind - at) == kField)
        if (const auto number = number_at(json, behind); !number.empty()) return number;
      at = behind;
      continue;
    }
    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    ++at;
  }
  return {};
}

}  // namespace marquee
