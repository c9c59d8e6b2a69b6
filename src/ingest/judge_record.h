// What a record of the stream says, whichever topic it comes from.
#pragma once

#include <optional>

#include "core/config.h"
#include "events/rating_event.h"
#include "stream/event_stream.h"

namespace marquee {

// Records of kafka.access_log_topic are lines of a log, all others events in JSON. nullopt: a line
// that is no rating, to be counted and passed over. A record without a value is rejected as empty.
// Thread-safe.
std::expected<std::optional<RatingEvent>, Rejected> judge_record(const StreamRecord& record,
                                                                 const Config& config);

}  // namespace marquee
