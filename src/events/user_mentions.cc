#include "events/user_mentions.h"

#include <algorithm>
#include <charconv>

#include "core/trimmed.h"

namespace marquee {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kField = "user_id";
// What may stand between the field's name and the number: quotes (escaped ones too, where JSON
// stands in a text), a colon, blanks, a bracket, a sign.
constexpr std::string_view kBetween = "\"'\\ \t\r\n:=[{(+";

constexpr std::string_view kAroundField = " \t\r\n\"'";

// The digits that `text` begins with, without leading zeros.
std::string_view leading_number(std::string_view text) {
  text = text.substr(0, text.find_first_not_of(kDigits));
  return text.substr(std::min(text.find_first_not_of('0'), text.size()));
}

std::string_view second_field(std::string_view line) {
  const auto first = line.find(',');
  if (first == line.npos) return {};
  return trimmed(line.substr(first + 1, line.find(',', first + 1) - first - 1), kAroundField);
}

bool looks_like_json(std::string_view payload) {
  const auto first = payload.find_first_not_of(" \t\r\n");
  return first != payload.npos && (payload[first] == '{' || payload[first] == '[');
}

// The text with escapes of ASCII such as \u005f undone, whatever it is else.
std::string without_escapes(std::string_view text) {
  constexpr std::string_view kEscape = "\\u00";
  constexpr std::size_t kLength = 6;
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    unsigned code = 0;
    const std::string_view escape = text.substr(at, kLength);
    const char* const end = escape.data() + escape.size();
    if (escape.size() == kLength && escape.starts_with(kEscape) &&
        std::from_chars(end - 2, end, code, 16).ptr == end && code < 0x80) {
      plain += static_cast<char>(code);
      at += kLength;
    } else {
      plain += text[at++];
    }
  }
  return plain;
}

}  // namespace

UserMentions::UserMentions(std::span<const UserId> users) : users_(users.begin(), users.end()) {
  std::ranges::sort(users_);
  users_.erase(std::ranges::unique(users_).begin(), users_.end());
  for (const UserId user : users_) digits_.push_back(std::to_string(user));
}

bool UserMentions::contains(UserId user) const {
  return std::ranges::binary_search(users_, user);
}

bool UserMentions::may_be_in(std::string_view bytes) const {
  return std::ranges::any_of(
      digits_, [&](const std::string& digits) { return bytes.find(digits) != bytes.npos; });
}

bool UserMentions::is_one(std::string_view digits) const {
  return !digits.empty() && std::ranges::find(digits_, digits) != digits_.end();
}

bool UserMentions::stand_in_a_field(std::string_view payload) const {
  for (auto at = payload.find(kField); at != payload.npos;
       at = payload.find(kField, at + kField.size())) {
    const auto value = payload.find_first_not_of(kBetween, at + kField.size());
    if (value != payload.npos && is_one(leading_number(payload.substr(value)))) return true;
  }
  return false;
}

bool UserMentions::are_in(std::string_view payload) const {
  if (stand_in_a_field(payload)) return true;
  // A key, or a number in a text, may be written with escapes.
  if (payload.find("\\u00") != payload.npos && stand_in_a_field(without_escapes(payload)))
    return true;
  return !looks_like_json(payload) && is_one(leading_number(second_field(payload)));
}

}  // namespace marquee
