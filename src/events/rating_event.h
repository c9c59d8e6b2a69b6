// events/ is the one door of a rating: every rating event, from Kafka, the journal or POST /events,
// is parsed and judged here, and nowhere else. It is given bytes and a record time; it hands on a
// RatingEvent, or a rejection with a reason that can be counted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/config.h"
#include "core/rating.h"

namespace marquee {

// {"user_id": 123, "movie_id": 456, "rating": 4.5, "timestamp": "2025-03-15T10:00:00Z"}
struct RatingEvent {
  UserId user = 0;
  MovieId movie = 0;
  double rating = 0;
  std::optional<TimeMicros> timestamp;  // absent: the record time of the stream stands in

  friend bool operator==(const RatingEvent&, const RatingEvent&) = default;
};

// Why an event is not valid. The names (see name_of) are what dead letters are counted by.
enum class Rejection {
  kMalformedJson,
  kNotAnObject,
  kMissingField,
  kWrongType,
  kInvalidUserId,
  kInvalidMovieId,
  kRatingOutOfRange,
  kInvalidTimestamp,
  kTimestampInFuture,
  kInvalidUtf8,
  kTooLarge,
  kEmpty,
};
std::string_view name_of(Rejection reason);  // "malformed_json", …

struct Rejected {
  Rejection reason;
  std::string detail;  // a sentence for a person: which field, what was found, what is wanted
};

// Judges one event. A timestamp is in the future when it lies more than options.max_future_seconds
// after `record_time` (never the wall clock), so that a replay decides alike. Unknown fields are
// passed over; a field that stands twice is refused, since nobody knows which was meant. An id is
// written in digits alone (5.0 and 5e0 are none), a rating is any number; a timestamp of null is an
// absent one. Thread-safe.
std::expected<RatingEvent, Rejected> parse_rating_event(std::string_view json,
                                                        TimeMicros record_time,
                                                        const EventOptions& options);

// One line of JSON, fields in the contract's order; parse_rating_event gives the same event back.
std::string to_json(const RatingEvent& event);

}  // namespace marquee
