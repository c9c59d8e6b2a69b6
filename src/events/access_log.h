// Ratings that a platform has only in the access log of its web server.
#pragma once

#include <optional>
#include <string_view>

#include "events/rating_event.h"

namespace marquee {

// Judges one line of the log. A rating is a line of the form
//   2025-03-15T10:00:00,123,GET /rate/456=4
// that is time (ISO 8601, UTC unless it has an offset), user, and a request that rates a movie;
// what stands behind the request, such as a protocol, is passed over. nullopt: another line, which
// is no concern of ours. A line that rates with values that are not valid is rejected, by the same
// rules as an event in JSON. Thread-safe.
std::expected<std::optional<RatingEvent>, Rejected> parse_access_log_line(
    std::string_view line, TimeMicros record_time, const EventOptions& options);

}  // namespace marquee
