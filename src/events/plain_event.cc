#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "core/timestamp.h"
#include "events/event_forms.h"

namespace marquee {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_plain(char c) {
  constexpr unsigned char kLastAscii = 127;
  const auto byte = static_cast<unsigned char>(c);
  return byte >= ' ' && byte <= kLastAscii && c != '"' && c != '\\';
}

// Reads tokens from the front of a text. What a function refuses need not be wrong: the thorough
// way looks at it.
class PlainScanner {
 public:
  explicit PlainScanner(std::string_view text)
      : at_(text.data()), end_(text.data() + text.size()) {}

  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  bool done() const { return at_ == end_; }
  bool eat(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool eat(std::string_view word) {
    if (!std::string_view(at_, end_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  char next() const { return at_ == end_ ? '\0' : *at_; }

  // Of ASCII without escapes.
  bool string(std::string_view& text) {
    if (!eat('"')) return false;
    const char* const begin = at_;
    while (at_ != end_ && is_plain(*at_)) ++at_;
    text = {begin, at_};
    return eat('"');
  }

  // Digits and at most one point. As a double it is exact: one rounding of two exact numbers.
  struct Number {
    std::int64_t digits = 0;
    int decimals = 0;
    bool is_whole = true;
    double value() const { return static_cast<double>(digits) / kPowers[decimals]; }
  };
  bool number(Number& number) {
    const bool leading_zero = next() == '0';
    const int whole = take_digits(number.digits, kMostDigits);
    if (whole == 0 || (leading_zero && whole > 1)) return false;
    if (eat('.')) {
      number.is_whole = false;
      number.decimals = take_digits(number.digits, kMostExactDigits - whole);
      if (number.decimals == 0) return false;
    }
    return next() != 'e' && next() != 'E' && next() != '.';
  }

 private:
  static constexpr int kMostDigits = 18;
  static constexpr int kMostExactDigits = 15;
  static constexpr std::array<double, 16> kPowers = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

  // How many there were; 0: none, or more than `most`.
  int take_digits(std::int64_t& number, int most) {
    int count = 0;
    for (; at_ != end_ && is_digit(*at_) && count < most; ++at_, ++count)
      number = number * 10 + (*at_ - '0');
    return at_ != end_ && is_digit(*at_) ? 0 : count;
  }

  const char* at_;
  const char* end_;
};

class PlainFields {
 public:
  // False: it is no flat object of plain values, or a field is not as it should be.
  bool read(std::string_view json) {
    PlainScanner in(json);
    in.skip_blanks();
    if (!in.eat('{')) return false;
    do {
      if (!read_member(in)) return false;
      in.skip_blanks();
    } while (in.eat(','));
    if (!in.eat('}')) return false;
    in.skip_blanks();
    return in.done();
  }

  std::int64_t user = 0;
  std::int64_t movie = 0;
  double rating = std::nan("");
  std::optional<TimeMicros> timestamp;

 private:
  enum Field : unsigned { kUser = 1, kMovie = 2, kRating = 4, kTimestamp = 8 };

  bool read_member(PlainScanner& in) {
    std::string_view key;
    in.skip_blanks();
    if (!in.string(key)) return false;
    in.skip_blanks();
    if (!in.eat(':')) return false;
    in.skip_blanks();
    if (key == "user_id") return note(kUser) && read_id(in, user);
    if (key == "movie_id") return note(kMovie) && read_id(in, movie);
    if (key == "rating") return note(kRating) && read_rating(in);
    if (key == "timestamp") return note(kTimestamp) && read_timestamp(in);
    return note_other(key) && pass_over_value(in);
  }

  static bool read_id(PlainScanner& in, std::int64_t& id) {
    PlainScanner::Number number;
    if (!in.number(number) || !number.is_whole) return false;
    id = number.digits;
    return true;
  }
  bool read_rating(PlainScanner& in) {
    PlainScanner::Number number;
    if (!in.number(number)) return false;
    rating = number.value();
    return true;
  }
  bool read_timestamp(PlainScanner& in) {
    std::string_view text;
    if (in.eat("null")) return true;
    if (!in.string(text)) return false;
    timestamp = parse_timestamp(text);
    return timestamp.has_value();
  }
  static bool pass_over_value(PlainScanner& in) {
    std::string_view text;
    PlainScanner::Number number;
    if (in.next() == '"') return in.string(text);
    if (is_digit(in.next())) return in.number(number);
    return in.eat("null") || in.eat("true") || in.eat("false");
  }

  // False: it stood before.
  bool note(Field field) { return (std::exchange(seen_, seen_ | field) & field) == 0; }
  bool note_other(std::string_view key) {
    const std::size_t hash = std::hash<std::string_view>{}(key);
    const auto end = others_.begin() + other_count_;
    if (other_count_ == std::ssize(others_) || std::find(others_.begin(), end, hash) != end)
      return false;
    others_[static_cast<std::size_t>(other_count_++)] = hash;
    return true;
  }

  unsigned seen_ = 0;
  std::array<std::size_t, 16> others_;  // hashes of the names of other fields
  std::ptrdiff_t other_count_ = 0;
};

}  // namespace

std::optional<RatingEvent> parse_plain_event(std::string_view json, TimeMicros record_time,
                                             const EventOptions& options) {
  PlainFields fields;
  if (!fields.read(json)) return std::nullopt;
  const bool in_bounds = fields.rating >= options.min_rating && fields.rating <= options.max_rating;
  if (fields.user <= 0 || fields.movie <= 0 || !in_bounds) return std::nullopt;
  if (fields.timestamp && is_in_future(*fields.timestamp, record_time, options))
    return std::nullopt;
  return RatingEvent{fields.user, fields.movie, fields.rating, fields.timestamp};
}

}  // namespace marquee
