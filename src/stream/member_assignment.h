// What a member of a consumer group is assigned, as clients tell one another through the brokers.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "stream/event_stream.h"

namespace marquee {

// Takes ConsumerProtocolAssignment of Kafka's protocol: a version, topics with their partitions,
// and data that is left alone. No bytes: no partitions. nullopt when it is something else.
std::optional<std::vector<StreamPartition>> parse_member_assignment(std::string_view bytes);

}  // namespace marquee
