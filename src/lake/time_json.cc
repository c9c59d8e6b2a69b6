#include "lake/time_json.h"

#include <fmt/format.h>

#include "core/timestamp.h"

namespace marquee::lake {

std::string time_json(TimeMicros time) {
  if (time == kUnknownTime) return "null";
  const std::string text = format_timestamp(time);
  if (parse_timestamp(text) == time) return '"' + text + '"';
  return fmt::to_string(time);
}

}  // namespace marquee::lake
