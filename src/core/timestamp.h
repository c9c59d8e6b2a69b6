// ISO 8601 date-times to and from microseconds since the epoch.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/rating.h"

namespace marquee {

// Accepts YYYY-MM-DDTHH:MM:SS with an optional fraction (digits past the sixth are cut) and an optional
// offset (Z, ±HH:MM, ±HHMM, ±HH; absent means UTC); a blank may stand for the T, and the date may stand
// alone. Seconds of 60 count as the next minute. Years 0001 to 9999. Anything else: nullopt.
std::optional<TimeMicros> parse_timestamp(std::string_view text);

// "2025-03-15T10:00:00Z", with a six-digit fraction only when it is not zero. `time` must be known.
std::string format_timestamp(TimeMicros time);

// "2025-03-15", UTC.
std::string format_date(TimeMicros time);

}  // namespace marquee
