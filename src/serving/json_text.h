// How the API writes JSON: fields in the order given, one line, never invalid UTF-8. For .cc files
// only.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "core/rating.h"
#include "core/timestamp.h"

namespace marquee::serving {

using Json = nlohmann::ordered_json;

// Bytes that are not UTF-8 (a title from a bad file) become U+FFFD. Ends in a newline.
inline std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

// Six digits after the point: what a score means, without the noise of binary fractions.
inline double rounded(double value) {
  return std::round(value * 1e6) / 1e6;
}

// ISO 8601, or null when unknown.
inline Json time_json(TimeMicros time) {
  return time == kUnknownTime ? Json() : Json(format_timestamp(time));
}

}  // namespace marquee::serving
