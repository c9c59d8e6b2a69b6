#include "events/rating_event.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/timestamp.h"
#include "events/event_forms.h"

namespace marquee {
namespace {

using nlohmann::json;

std::unexpected<Rejected> reject(Rejection reason, std::string detail) {
  return std::unexpected(Rejected{reason, std::move(detail)});
}

// What was found, cut short: an event may be anything.
std::string shown(const json& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "…";
  return text;
}

// nlohmann keeps the last of two equal keys; which of them the sender meant nobody knows, so both
// are refused.
class DuplicateKeys {
 public:
  bool operator()(int depth, json::parse_event_t event, json& value) {
    if (depth != 1 || event != json::parse_event_t::key) return true;
    if (!seen_.insert(value.get<std::string>()).second && first_.empty())
      first_ = value.get<std::string>();
    return true;
  }
  const std::string& first() const { return first_; }

 private:
  std::set<std::string> seen_;
  std::string first_;
};

std::expected<json, Rejected> parse_object(std::string_view text) {
  // The parser takes a NUL for the end of its input.
  if (text.find('\0') != std::string_view::npos)
    return reject(Rejection::kMalformedJson, "not valid JSON: it holds a NUL byte");
  DuplicateKeys duplicates;
  json value;
  try {
    value = json::parse(text, std::ref(duplicates));
  } catch (const json::parse_error& e) {
    const bool encoding =
        std::string_view(e.what()).find("ill-formed UTF-8") != std::string_view::npos;
    return reject(encoding ? Rejection::kInvalidUtf8 : Rejection::kMalformedJson,
                  fmt::format("not valid JSON at byte {}", e.byte));
  } catch (const json::exception&) {
    return reject(Rejection::kMalformedJson, "not valid JSON: a number is too large");
  }
  if (!value.is_object())
    return reject(Rejection::kNotAnObject, "found " + shown(value) + ", want an object");
  if (!duplicates.first().empty())
    return reject(Rejection::kMalformedJson,
                  fmt::format("field '{}' stands twice", duplicates.first()));
  return value;
}

std::expected<std::int64_t, Rejected> read_id(const json& event, const char* field,
                                              Rejection invalid) {
  const auto found = event.find(field);
  if (found == event.end())
    return reject(Rejection::kMissingField, fmt::format("{} is missing", field));
  if (!found->is_number())
    return reject(Rejection::kWrongType,
                  fmt::format("{} is {}, want a number", field, shown(*found)));
  const bool fits = found->is_number_integer() &&
                    (!found->is_number_unsigned() || found->get<std::uint64_t>() <= INT64_MAX);
  if (!fits || found->get<std::int64_t>() <= 0)
    return reject(invalid, fmt::format("{} is {}, want a whole number from 1 to {}", field,
                                       shown(*found), INT64_MAX));
  return found->get<std::int64_t>();
}

std::expected<double, Rejected> read_rating(const json& event, const EventOptions& options) {
  const auto found = event.find("rating");
  if (found == event.end()) return reject(Rejection::kMissingField, "rating is missing");
  if (!found->is_number())
    return reject(Rejection::kWrongType, fmt::format("rating is {}, want a number", shown(*found)));
  const double rating = found->get<double>();
  if (!(rating >= options.min_rating && rating <= options.max_rating))
    return reject(Rejection::kRatingOutOfRange,
                  fmt::format("rating is {}, want {:g} to {:g}", shown(*found), options.min_rating,
                              options.max_rating));
  return rating;
}

std::expected<std::optional<TimeMicros>, Rejected> read_timestamp(const json& event,
                                                                  TimeMicros record_time,
                                                                  const EventOptions& options) {
  const auto found = event.find("timestamp");
  if (found == event.end() || found->is_null()) return std::nullopt;
  if (!found->is_string())
    return reject(Rejection::kWrongType,
                  fmt::format("timestamp is {}, want a text", shown(*found)));
  const auto time = parse_timestamp(found->get_ref<const std::string&>());
  if (!time)
    return reject(
        Rejection::kInvalidTimestamp,
        fmt::format("timestamp is {}, want ISO 8601 like 2025-03-15T10:00:00Z", shown(*found)));
  if (is_in_future(*time, record_time, options))
    return reject(
        Rejection::kTimestampInFuture,
        fmt::format("timestamp {} lies more than {} s after its record time {}", shown(*found),
                    options.max_future_seconds, format_timestamp(record_time)));
  return time;
}

}  // namespace

std::string_view name_of(Rejection reason) {
  switch (reason) {
    case Rejection::kMalformedJson:
      return "malformed_json";
    case Rejection::kNotAnObject:
      return "not_an_object";
    case Rejection::kMissingField:
      return "missing_field";
    case Rejection::kWrongType:
      return "wrong_type";
    case Rejection::kInvalidUserId:
      return "invalid_user_id";
    case Rejection::kInvalidMovieId:
      return "invalid_movie_id";
    case Rejection::kRatingOutOfRange:
      return "rating_out_of_range";
    case Rejection::kInvalidTimestamp:
      return "invalid_timestamp";
    case Rejection::kTimestampInFuture:
      return "timestamp_in_future";
    case Rejection::kInvalidUtf8:
      return "invalid_utf8";
    case Rejection::kTooLarge:
      return "too_large";
    case Rejection::kEmpty:
      return "empty";
  }
  return "";
}

std::expected<RatingEvent, Rejected> parse_rating_event(std::string_view text,
                                                        TimeMicros record_time,
                                                        const EventOptions& options) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return reject(Rejection::kEmpty, "the event is empty");
  if (text.size() > static_cast<std::size_t>(options.max_bytes))
    return reject(Rejection::kTooLarge, fmt::format("the event has {} bytes, at most {} are taken",
                                                    text.size(), options.max_bytes));
  if (const auto plain = parse_plain_event(text, record_time, options)) return *plain;
  return parse_any_event(text, record_time, options);
}

std::expected<RatingEvent, Rejected> parse_any_event(std::string_view text, TimeMicros record_time,
                                                     const EventOptions& options) {
  const auto object = parse_object(text);
  if (!object) return std::unexpected(object.error());
  const auto user = read_id(*object, "user_id", Rejection::kInvalidUserId);
  if (!user) return std::unexpected(user.error());
  const auto movie = read_id(*object, "movie_id", Rejection::kInvalidMovieId);
  if (!movie) return std::unexpected(movie.error());
  const auto rating = read_rating(*object, options);
  if (!rating) return std::unexpected(rating.error());
  const auto timestamp = read_timestamp(*object, record_time, options);
  if (!timestamp) return std::unexpected(timestamp.error());
  return RatingEvent{*user, *movie, *rating, *timestamp};
}

std::string to_json(const RatingEvent& event) {
  std::string text = fmt::format(R"({{"user_id": {}, "movie_id": {}, "rating": {})", event.user,
                                 event.movie, json(event.rating).dump());
  if (event.timestamp)
    text += fmt::format(R"(, "timestamp": "{}")", format_timestamp(*event.timestamp));
  return text + "}";
}

}  // namespace marquee
