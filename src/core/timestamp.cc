#include "core/timestamp.h"

#include <fmt/format.h>

#include <cctype>
#include <chrono>

namespace marquee {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// Reads fixed-width fields from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool eat(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool number(int width, int& out) {
    if (rest_.size() < static_cast<std::size_t>(width)) return false;
    out = 0;
    for (int i = 0; i < width; ++i) {
      if (!is_digit(rest_[i])) return false;
      out = out * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return true;
  }
  bool fraction(int& micros) {
    int digits = 0;
    micros = 0;
    while (!rest_.empty() && is_digit(rest_.front())) {
      if (digits < 6) micros = micros * 10 + (rest_.front() - '0');
      ++digits;
      rest_.remove_prefix(1);
    }
    for (int i = digits; i < 6; ++i) micros *= 10;
    return digits > 0;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view rest_;
};

bool scan_time(Scanner& in, TimeMicros& of_day) {
  int hour = 0, minute = 0, second = 0, micros = 0;
  if (!in.number(2, hour) || !in.eat(':') || !in.number(2, minute)) return false;
  if (in.eat(':') && !in.number(2, second)) return false;
  if ((in.eat('.') || in.eat(',')) && !in.fraction(micros)) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  of_day = ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + micros;
  return true;
}

bool scan_offset(Scanner& in, TimeMicros& offset) {
  offset = 0;
  if (in.done() || in.eat('Z') || in.eat('z')) return true;
  const bool minus = in.eat('-');
  if (!minus && !in.eat('+')) return false;
  int hours = 0, minutes = 0;
  if (!in.number(2, hours)) return false;
  if (in.eat(':')) {
    if (!in.number(2, minutes)) return false;
  } else if (!in.done() && !in.number(2, minutes)) {
    return false;
  }
  if (hours > 23 || minutes > 59) return false;
  offset = (hours * 60 + minutes) * 60 * kMicrosPerSecond * (minus ? -1 : 1);
  return true;
}

// Not chrono's floor: it multiplies the day out again, past the range of the first and the last.
struct DayAndTime {
  std::int64_t day = 0;  // since 1970
  TimeMicros of_day = 0;
};
DayAndTime split(TimeMicros time) {
  constexpr TimeMicros kDay = 86'400 * kMicrosPerSecond;
  const bool before = time % kDay < 0;
  return {time / kDay - (before ? 1 : 0), time % kDay + (before ? kDay : 0)};
}

}  // namespace

std::optional<TimeMicros> parse_timestamp(std::string_view text) {
  Scanner in(text);
  int year = 0, month = 0, day = 0;
  if (!in.number(4, year) || !in.eat('-') || !in.number(2, month) || !in.eat('-') ||
      !in.number(2, day))
    return std::nullopt;
  const year_month_day date{std::chrono::year(year), std::chrono::month(month),
                            std::chrono::day(day)};
  if (!date.ok() || year < 1) return std::nullopt;
  TimeMicros of_day = 0, offset = 0;
  if (!in.done()) {
    if (!in.eat('T') && !in.eat('t') && !in.eat(' ')) return std::nullopt;
    if (!scan_time(in, of_day) || !scan_offset(in, offset) || !in.done()) return std::nullopt;
  }
  const auto midnight = microseconds(sys_days(date).time_since_epoch()).count();
  return midnight + of_day - offset;
}

std::string format_timestamp(TimeMicros time) {
  const TimeMicros of_day = split(time).of_day;
  const auto second = of_day / kMicrosPerSecond;
  const auto micros = of_day % kMicrosPerSecond;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", format_date(time), second / 3600,
                                 second / 60 % 60, second % 60);
  if (micros != 0) text += fmt::format(".{:06}", micros);
  return text + "Z";
}

std::string format_date(TimeMicros time) {
  const year_month_day date{sys_days(days(split(time).day))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace marquee
