#include "events/access_log.h"

#include <fmt/format.h>

#include <charconv>

#include "core/timestamp.h"

namespace marquee {
namespace {

constexpr std::string_view kRate = "GET /rate/";

// The parts of a line that rates, as they stand there.
struct RateLine {
  std::string_view time, user, movie, rating;
};

std::optional<RateLine> split(std::string_view line) {
  const auto first = line.find(',');
  const auto second = first == line.npos ? line.npos : line.find(',', first + 1);
  if (second == line.npos) return std::nullopt;
  std::string_view request = line.substr(second + 1);
  if (!request.starts_with(kRate)) return std::nullopt;
  request.remove_prefix(kRate.size());
  request = request.substr(0, request.find_first_of(" \t\r\n"));
  const auto equals = request.find('=');
  if (equals == request.npos) return std::nullopt;
  return RateLine{line.substr(0, first), line.substr(first + 1, second - first - 1),
                  request.substr(0, equals), request.substr(equals + 1)};
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The text may be anything, a byte that is no UTF-8 included: it is told without being shown.
std::unexpected<Rejected> reject(Rejection reason, std::string_view field,
                                 std::string_view wanted) {
  return std::unexpected(
      Rejected{reason, fmt::format("the {} of the log line is not {}", field, wanted)});
}

}  // namespace

std::expected<std::optional<RatingEvent>, Rejected> parse_access_log_line(
    std::string_view line, TimeMicros record_time, const EventOptions& options) {
  const auto parts = split(line);
  if (!parts) return std::nullopt;
  const auto time = parse_timestamp(parts->time);
  if (!time) return reject(Rejection::kInvalidTimestamp, "time", "ISO 8601");
  const auto user = number<UserId>(parts->user);
  if (!user) return reject(Rejection::kInvalidUserId, "user", "a whole number");
  const auto movie = number<MovieId>(parts->movie);
  if (!movie) return reject(Rejection::kInvalidMovieId, "movie", "a whole number");
  const auto rating = number<double>(parts->rating);
  if (!rating) return reject(Rejection::kWrongType, "rating", "a number");
  // One door: what an event must be is decided in one place.
  return parse_rating_event(to_json({*user, *movie, *rating, *time}), record_time, options);
}

}  // namespace marquee
