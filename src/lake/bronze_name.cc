#include "lake/bronze_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/timestamp.h"

namespace marquee::lake {
namespace {

constexpr TimeMicros kMicrosPerDay = 86'400 * kMicrosPerSecond;
constexpr std::string_view kUnknownDate = "unknown";
constexpr std::string_view kDateField = "date=";
constexpr std::string_view kSuffix = ".json";
constexpr std::string_view kZstdSuffix = ".zst";

std::string_view stem_of(BronzeKind kind) {
  return kind == BronzeKind::kEvents ? "event_" : "dead_";
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text)
    if (is_plain(c))
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text[k] != '%') {
      decoded += text[k];
      continue;
    }
    unsigned code = 0;
    const std::string_view digits = text.substr(k + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2) return std::nullopt;
    decoded += static_cast<char>(code);
    k += 2;
  }
  return decoded;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

// Cuts off what follows the last '-'.
std::string_view cut_last_field(std::string_view& text) {
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos) return {};
  const std::string_view field = text.substr(dash + 1);
  text = text.substr(0, dash);
  return field;
}

bool cut_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool cut_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

bool is_date(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-dd";
  return text == kUnknownDate || std::ranges::equal(text, kPattern, [](char c, char pattern) {
           return pattern == 'd' ? c >= '0' && c <= '9' : c == pattern;
         });
}

}  // namespace

std::string_view prefix_of(BronzeKind kind) {
  return kind == BronzeKind::kEvents ? "bronze/user-events/" : "bronze/dead-letter/";
}

std::string key_of(const BronzeName& name) {
  return fmt::format("{}{}{}/{}{}-{}-{:020}-{:020}{}{}", prefix_of(name.kind), kDateField,
                     name.date, stem_of(name.kind), percent_encoded(name.partition.topic),
                     name.partition.partition, name.first, name.last, kSuffix,
                     name.compression == Compression::kZstd ? kZstdSuffix : "");
}

std::optional<BronzeName> parse_key(std::string_view key) {
  BronzeName name;
  std::string_view rest = key;
  if (rest.starts_with(prefix_of(BronzeKind::kDeadLetters))) name.kind = BronzeKind::kDeadLetters;
  if (cut_suffix(rest, kZstdSuffix)) name.compression = Compression::kZstd;
  if (!cut_prefix(rest, prefix_of(name.kind)) || !cut_prefix(rest, kDateField) ||
      !cut_suffix(rest, kSuffix))
    return std::nullopt;
  name.date = rest.substr(0, rest.find('/'));
  if (!is_date(name.date) || !cut_prefix(rest, name.date + "/") ||
      !cut_prefix(rest, stem_of(name.kind)))
    return std::nullopt;
  if (!read_number(cut_last_field(rest), name.last) ||
      !read_number(cut_last_field(rest), name.first) ||
      !read_number(cut_last_field(rest), name.partition.partition))
    return std::nullopt;
  auto topic = percent_decoded(rest);
  if (!topic || name.first > name.last) return std::nullopt;
  name.partition.topic = std::move(*topic);
  // One spelling only: leading zeros, lower-case codes and the like are none of ours.
  if (key_of(name) != key) return std::nullopt;
  return name;
}

bool claims_kind(std::string_view key, BronzeKind kind) {
  return key.starts_with(prefix_of(kind)) &&
         key.substr(key.rfind('/') + 1).starts_with(stem_of(kind));
}

std::int64_t day_of(TimeMicros time) {
  constexpr std::int64_t kFirst = -719'528, kLast = 2'932'896;  // 0000-01-01 and 9999-12-31
  const std::int64_t day = time / kMicrosPerDay - (time % kMicrosPerDay < 0 ? 1 : 0);
  return day >= kFirst && day <= kLast ? day : kUnknownDay;
}

std::string date_of(std::int64_t day) {
  return day == kUnknownDay ? std::string(kUnknownDate) : format_date(day * kMicrosPerDay);
}

}  // namespace marquee::lake
