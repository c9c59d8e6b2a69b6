// How many ratings each synthetic user gives. Internal to datasets.
#pragma once

#include <cstdint>
#include <vector>

namespace marquee {

// Log-normal counts that sum to exactly `ratings`, none above `items`; every user gives at least
// min(5, ratings / users). Wants 1 <= ratings <= users × items.
std::vector<std::uint32_t> plan_activity(std::int64_t users, std::int64_t items,
                                         std::int64_t ratings, std::uint64_t seed);

}  // namespace marquee
