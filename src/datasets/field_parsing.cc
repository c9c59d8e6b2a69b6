#include "datasets/field_parsing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/timestamp.h"
#include "core/trimmed.h"
#include "datasets/row_reader.h"

namespace marquee {
namespace {

constexpr TimeMicros kEndOfTime = 253'402'300'800 * kMicrosPerSecond;  // year 10000
constexpr std::size_t kShownBytes = 40;

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  text = trimmed(text);
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<TimeMicros> micros_of_seconds(std::string_view text) {
  if (const auto whole = parse_number<std::int64_t>(text))
    return std::clamp(*whole, std::int64_t{-1}, kEndOfTime / kMicrosPerSecond) * kMicrosPerSecond;
  const auto seconds = parse_number<double>(text);
  if (!seconds || !std::isfinite(*seconds)) return std::nullopt;
  const double micros = std::clamp(*seconds * kMicrosPerSecond, -1.0, double{kEndOfTime});
  return std::llround(micros);
}

std::string shown(std::string_view text) {
  std::string copy;
  for (const char c : text.substr(0, kShownBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    copy += byte >= 0x20 && byte < 0x7F ? c : '?';
  }
  return text.size() > kShownBytes ? copy + "..." : copy;
}

std::unexpected<std::string> wrong(std::string_view column, std::string_view text,
                                   std::string_view wanted) {
  return std::unexpected(fmt::format("{} '{}' is not {}", column, shown(text), wanted));
}

bool is_year(std::string_view text) {
  return text.size() == 4 && (text.starts_with("1") || text.starts_with("2")) &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool means_none(std::string_view name) {
  return name.empty() || name == "(no genres listed)" || name == "unknown";
}

}  // namespace

std::optional<std::int64_t> parse_id(std::string_view text) {
  const auto id = parse_number<std::int64_t>(text);
  return id && *id > 0 ? id : std::nullopt;
}

std::optional<TimeMicros> parse_time(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text == "0") return kUnknownTime;
  auto time = micros_of_seconds(text);
  if (!time) time = parse_timestamp(text);
  if (!time || *time < 0 || *time >= kEndOfTime) return std::nullopt;
  return *time == 0 ? kUnknownTime : *time;
}

std::expected<Rating, std::string> parse_rating(const RatingFields& fields,
                                                const EventOptions& bounds) {
  const auto user = parse_id(fields.user);
  if (!user) return wrong("user id", fields.user, "a positive whole number");
  const auto movie = parse_id(fields.movie);
  if (!movie) return wrong("movie id", fields.movie, "a positive whole number");
  const auto value = parse_number<double>(fields.rating);
  if (!value) return wrong("rating", fields.rating, "a number");
  if (!(*value >= bounds.min_rating && *value <= bounds.max_rating))
    return wrong("rating", fields.rating,
                 fmt::format("from {} to {}", bounds.min_rating, bounds.max_rating));
  const auto time = parse_time(fields.time);
  if (!time)
    return wrong("timestamp", fields.time, "seconds since 1970 or ISO 8601 (years 1970 to 9999)");
  return Rating{.user = *user, .movie = *movie, .value = static_cast<float>(*value), .time = *time};
}

int parse_year(std::string_view text) {
  text = trimmed(text);
  if (text.size() < 4) return 0;
  const auto last = text.substr(text.size() - 4);
  const bool alone = text.size() == 4 || text[text.size() - 5] == '-';
  return alone && is_year(last) ? *parse_number<int>(last) : 0;
}

int year_of_title(std::string_view title) {
  title = trimmed(title);
  const auto open = title.rfind('(');
  if (open == std::string_view::npos || !title.ends_with(')')) return 0;
  const auto inside = title.substr(open + 1, title.size() - open - 2);
  const auto year = inside.substr(0, 4);
  const auto after = inside.substr(year.size());
  const bool is_span = after.starts_with('-') || after.starts_with("\u2013");
  return is_year(year) && (after.empty() || is_span) ? *parse_number<int>(year) : 0;
}

std::vector<std::string> split_names(std::string_view text, char separator) {
  std::vector<std::string> names;
  if (means_none(trimmed(text))) return names;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    const auto name = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!means_none(name) && std::ranges::find(names, name) == names.end())
      names.emplace_back(name);
  }
  return names;
}

}  // namespace marquee
