// How the configuration's kafka.… becomes the settings of a Kafka client.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/config.h"

namespace marquee {

// Names and values as librdkafka takes them. Holds the password: never log it whole.
using KafkaSettings = std::vector<std::pair<std::string, std::string>>;

// What every client needs: brokers, TLS and SASL. The password is read from its file; a file that
// cannot be read, or a password without a mechanism or a name, is kUsage and says which key.
Result<KafkaSettings> kafka_client_settings(const Config& config);

// On top of these, for each kind of client.
KafkaSettings kafka_producer_settings();
KafkaSettings kafka_reader_settings(const Config& config);     // reads beside the group
KafkaSettings kafka_member_settings(const Config& config);     // reads as a member of the group
KafkaSettings kafka_passer_by_settings(const Config& config);  // joins the group for a moment

// kafka.instance_id, or where it is empty a name that is the same at every start with this data dir
// on this host, and another for every other data dir or host.
std::string kafka_instance_id(const Config& config);

}  // namespace marquee
