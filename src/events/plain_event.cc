#include <rapidjson/reader.h>

#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "core/timestamp.h"
#include "events/event_forms.h"

namespace marquee {
namespace {

enum class Field { kUser, kMovie, kRating, kTimestamp, kOther };

Field field_of(std::string_view key) {
  if (key == "user_id") return Field::kUser;
  if (key == "movie_id") return Field::kMovie;
  if (key == "rating") return Field::kRating;
  return key == "timestamp" ? Field::kTimestamp : Field::kOther;
}

// Takes the fields from the parser, which calls it for every token; false gives the event up.
class PlainFields : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, PlainFields> {
 public:
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (depth_ > 1) return true;
    const std::string_view key(text, length);
    field_ = field_of(key);
    return field_ == Field::kOther ? note_other(key) : note(field_);
  }
  bool Null() { return take(Field::kTimestamp) || is_other(); }
  bool Bool(bool) { return is_other(); }
  bool Int(int number) { return Int64(number); }
  bool Uint(unsigned number) { return Int64(number); }
  bool Uint64(std::uint64_t number) {
    return std::in_range<std::int64_t>(number) && Int64(static_cast<std::int64_t>(number));
  }
  bool Int64(std::int64_t number) {
    if (take(Field::kUser))
      user = number;
    else if (take(Field::kMovie))
      movie = number;
    else if (take(Field::kRating))
      rating = static_cast<double>(number);
    else
      return is_other();
    return true;
  }
  bool Double(double number) {
    constexpr double kNearTheLimits = 1e300;  // which number is too large, parsers may differ on
    if (!(std::abs(number) < kNearTheLimits)) return false;
    if (!take(Field::kRating)) return is_other();
    rating = number;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (!take(Field::kTimestamp)) return is_other();
    timestamp = parse_timestamp({text, length});
    return timestamp.has_value();
  }
  bool StartObject() { return (depth_ == 0 || is_other()) && ++depth_ < kDeepest; }
  bool EndObject(rapidjson::SizeType) { return --depth_ >= 0; }
  bool StartArray() { return depth_ > 0 && is_other() && ++depth_ < kDeepest; }
  bool EndArray(rapidjson::SizeType) { return --depth_ >= 0; }

  std::int64_t user = 0;
  std::int64_t movie = 0;
  double rating = std::nan("");
  std::optional<TimeMicros> timestamp;

 private:
  static constexpr int kDeepest = 16;  // the parser uses the stack

  bool is_other() const { return field_ == Field::kOther; }
  // Whether the value that came is that of this field.
  bool take(Field field) const { return field_ == field; }

  // False: it stood before.
  bool note(Field field) {
    const unsigned bit = 1U << static_cast<unsigned>(field);
    return (std::exchange(seen_, seen_ | bit) & bit) == 0;
  }
  bool note_other(std::string_view key) {
    const std::size_t hash = std::hash<std::string_view>{}(key);
    const auto end = others_.begin() + other_count_;
    if (other_count_ == std::ssize(others_) || std::find(others_.begin(), end, hash) != end)
      return false;
    others_[static_cast<std::size_t>(other_count_++)] = hash;
    return true;
  }

  Field field_ = Field::kOther;
  int depth_ = 0;  // of objects and arrays
  unsigned seen_ = 0;
  std::array<std::size_t, 16> others_;  // hashes of the names of other fields
  std::ptrdiff_t other_count_ = 0;
};

}  // namespace

std::optional<RatingEvent> parse_plain_event(std::string_view json, TimeMicros record_time,
                                             const EventOptions& options) {
  constexpr unsigned kFlags =
      rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag;
  using Pool = rapidjson::MemoryPoolAllocator<>;
  std::array<char, 1024> buffer;  // enough for usual texts: nothing is allocated
  Pool pool(buffer.data(), buffer.size());
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, Pool> reader(&pool, 256);
  rapidjson::MemoryStream stream(json.data(), json.size());
  PlainFields fields;
  // The parser takes a NUL for the end of its input.
  if (!reader.Parse<kFlags>(stream, fields) || stream.Tell() != json.size()) return std::nullopt;
  const bool in_bounds = fields.rating >= options.min_rating && fields.rating <= options.max_rating;
  if (fields.user <= 0 || fields.movie <= 0 || !in_bounds) return std::nullopt;
  if (fields.timestamp && is_in_future(*fields.timestamp, record_time, options))
    return std::nullopt;
  return RatingEvent{fields.user, fields.movie, fields.rating, fields.timestamp};
}

}  // namespace marquee
