// What a Kafka cluster knows of the configured topics: whether they exist, how many partitions they
// have, how far these are filled and read.
#pragma once

#include <string>
#include <vector>

#include "stream/event_stream.h"

namespace marquee {

class KafkaClient;

// kafka.topic, and kafka.access_log_topic where there is one.
std::vector<std::string> kafka_topics(const KafkaOptions& options);

// How many partitions the topic has; 0: it does not exist.
Result<std::int32_t> kafka_partition_count(const KafkaClient& client, const std::string& topic);

// All partitions of the configured topics.
Result<std::vector<StreamPartition>> kafka_partitions(const KafkaClient& client,
                                                      const KafkaOptions& options);

// As a member of the client's group.
Status subscribe_to_kafka_topics(const KafkaClient& client, const KafkaOptions& options);

// kNotFound when there is none.
Status require_kafka_topic(const KafkaClient& client, const std::string& topic);

// Makes kafka.topic with kafka.partitions where it is missing and kafka.create_topic allows that;
// else kNotFound.
Status ensure_kafka_topic(const KafkaClient& client, const KafkaOptions& options);

// See stream_progress().
Result<std::vector<StreamProgress>> kafka_progress(const Config& config);

// See group_members().
Result<std::int64_t> kafka_group_members(const Config& config);

}  // namespace marquee
