// librdkafka alone, counting: what no consumer of its messages can be faster than.
#pragma once

#include <cstdint>
#include <string>

namespace marquee {

// Reads the topic's partitions 0 … `partitions` - 1 from the beginning until `events` came, by
// batches and with the library's own settings; gives the seconds from its assigning them to itself
// until the last was counted.
double seconds_of_bare_consumer(const std::string& brokers, const std::string& topic,
                                int partitions, std::int64_t events);

}  // namespace marquee
