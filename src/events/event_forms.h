// Two ways to judge an event that agree. Internal to events/.
#pragma once

#include "events/rating_event.h"

namespace marquee {

// In one pass, without a tree of the document: what parse_any_event gives for a valid event in the
// form that senders use, a flat object of ASCII without escapes; nullopt for whatever is not
// plainly that, valid or not. By hand, since a parser of any JSON took a third of the ingest
// thread's time.
std::optional<RatingEvent> parse_plain_event(std::string_view json, TimeMicros record_time,
                                             const EventOptions& options);

// Of any bytes, with the reason when they are none; several times slower.
std::expected<RatingEvent, Rejected> parse_any_event(std::string_view json, TimeMicros record_time,
                                                     const EventOptions& options);

// The event's time has a year of four digits; a record time may be anything, and must not overflow.
inline bool is_in_future(TimeMicros time, TimeMicros record_time, const EventOptions& options) {
  return time - options.max_future_seconds * kMicrosPerSecond > record_time;
}

}  // namespace marquee
