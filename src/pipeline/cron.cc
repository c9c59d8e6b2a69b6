#include "pipeline/cron.h"

#include <array>
#include <charconv>
#include <span>

namespace marquee {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
  std::string_view name;
  int low;
  int high;
  std::span<const std::string_view> names;  // of the values low, low + 1, …
};

constexpr std::array<Field, 5> kFields = {{{"minute", 0, 59, {}},
                                           {"hour", 0, 23, {}},
                                           {"day of month", 1, 31, {}},
                                           {"month", 1, 12, kMonths},
                                           {"day of week", 0, 7, kDays}}};

struct Shorthand {
  std::string_view name;
  std::string_view expression;
};

constexpr std::array<Shorthand, 7> kShorthands = {{{"@hourly", "0 * * * *"},
                                                   {"@daily", "0 0 * * *"},
                                                   {"@midnight", "0 0 * * *"},
                                                   {"@weekly", "0 0 * * 0"},
                                                   {"@monthly", "0 0 1 * *"},
                                                   {"@yearly", "0 0 1 1 *"},
                                                   {"@annually", "0 0 1 1 *"}}};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(separator, at);
    parts.push_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

std::vector<std::string_view> split_fields(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<std::string_view> fields;
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = text.find_first_of(kBlanks, at);
    fields.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return fields;
}

std::unexpected<Error> wrong(const Field& field, std::string_view part) {
  return fail(ErrorCode::kUsage, fmt::format("'{}' is no {}", part, field.name), "schedule.cron",
              fmt::format("give numbers from {} to {}, ranges like 1-5, steps like */2, or *",
                          field.low, field.high));
}

std::optional<int> parse_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool same_ignoring_case(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, {}, [](char c) { return c | 0x20; });
}

std::optional<int> parse_value(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (same_ignoring_case(text, field.names[i])) return field.low + static_cast<int>(i);
  const auto value = parse_number(text);
  if (!value || *value < field.low || *value > field.high) return std::nullopt;
  return value;
}

struct Values {
  int low;
  int high;
};

std::optional<Values> parse_range(const Field& field, std::string_view text, bool stepped) {
  if (text == "*") return Values{field.low, field.high};
  const auto ends = split(text, '-');
  if (ends.size() > 2) return std::nullopt;
  const auto low = parse_value(field, ends.front());
  auto high = parse_value(field, ends.back());
  if (!low || !high) return std::nullopt;
  if (stepped && ends.size() == 1) high = field.high;
  if (ends.size() == 2 && same_ignoring_case(ends.back(), "sun")) high = field.high;
  if (*low > *high) return std::nullopt;
  return Values{*low, *high};
}

template <typename Bits>
Status parse_field(const Field& field, std::string_view text, Bits& bits) {
  for (const std::string_view part : split(text, ',')) {
    const auto halves = split(part, '/');
    if (halves.size() > 2) return wrong(field, part);
    const auto values = parse_range(field, halves.front(), halves.size() == 2);
    const auto step = halves.size() == 2 ? parse_number(halves.back()) : 1;
    if (!values || !step || *step < 1) return wrong(field, part);
    for (int value = values->low; value <= values->high; value += *step)
      bits.set(static_cast<std::size_t>(value) % bits.size());
  }
  return {};
}

std::string_view expand_shorthand(std::string_view text) {
  const auto found = std::ranges::find(kShorthands, text, &Shorthand::name);
  return found == kShorthands.end() ? text : found->expression;
}

}  // namespace

bool CronExpression::matches_day(int month, int day_of_month, int day_of_week) const {
  if (!months.test(static_cast<std::size_t>(month))) return false;
  const bool by_month = days_of_month.test(static_cast<std::size_t>(day_of_month));
  const bool by_week = days_of_week.test(static_cast<std::size_t>(day_of_week));
  if (any_day_of_month || any_day_of_week) return by_month && by_week;
  return by_month || by_week;
}

Result<CronExpression> parse_cron(std::string_view text) {
  const auto fields = split_fields(expand_shorthand(text));
  if (fields.size() != kFields.size())
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' has {} fields, a schedule has 5", text, fields.size()),
                "schedule.cron",
                "write minute, hour, day of month, month, day of week: '0 2 * * *' is 02:00 daily");
  CronExpression cron;
  MARQUEE_TRY(parse_field(kFields[0], fields[0], cron.minutes));
  MARQUEE_TRY(parse_field(kFields[1], fields[1], cron.hours));
  MARQUEE_TRY(parse_field(kFields[2], fields[2], cron.days_of_month));
  MARQUEE_TRY(parse_field(kFields[3], fields[3], cron.months));
  MARQUEE_TRY(parse_field(kFields[4], fields[4], cron.days_of_week));
  cron.any_day_of_month = fields[2].front() == '*';
  cron.any_day_of_week = fields[4].front() == '*';
  return cron;
}

}  // namespace marquee
