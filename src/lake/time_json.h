// Record times in Bronze lines: any time there is, readable where it can be.
#pragma once

#include <string>

#include "core/rating.h"

namespace marquee::lake {

// A JSON value: the ISO 8601 text for years 0001 to 9999, else the number of microseconds since
// 1970; null when unknown. Brokers hand on whatever a producer claims.
std::string time_json(TimeMicros time);

}  // namespace marquee::lake
