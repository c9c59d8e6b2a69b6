#include "stream/kafka_settings.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <fstream>
#include <iterator>

#include "core/place.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_password(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string password{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad())
    return fail(ErrorCode::kUsage, "the file with the Kafka password cannot be read", file.string(),
                "set kafka.sasl_password_file to a file that this user may read");
  password.erase(password.find_last_not_of("\r\n") + 1);
  if (!password.empty()) return password;
  return fail(ErrorCode::kUsage, "the file with the Kafka password is empty", file.string(),
              "write the password into it");
}

Status add_sasl(const KafkaOptions& kafka, KafkaSettings& settings) {
  if (!kafka.security_protocol.starts_with("sasl_")) return {};
  const auto missing = [&](const char* key) {
    return fail(
        ErrorCode::kUsage,
        fmt::format("kafka.security_protocol is {}, but {} is empty", kafka.security_protocol, key),
        key, fmt::format("set {}", key));
  };
  if (kafka.sasl_mechanism.empty()) return missing("kafka.sasl_mechanism");
  if (kafka.sasl_username.empty()) return missing("kafka.sasl_username");
  if (kafka.sasl_password_file.empty()) return missing("kafka.sasl_password_file");
  MARQUEE_ASSIGN(std::string password, read_password(kafka.sasl_password_file));
  settings.emplace_back("sasl.mechanism", kafka.sasl_mechanism);
  settings.emplace_back("sasl.username", kafka.sasl_username);
  settings.emplace_back("sasl.password", std::move(password));
  return {};
}

}  // namespace

Result<KafkaSettings> kafka_client_settings(const Config& config) {
  const KafkaOptions& kafka = config.kafka;
  KafkaSettings settings = {
      {"client.id", "marquee"},
      {"bootstrap.servers", kafka.brokers},
      {"security.protocol", kafka.security_protocol},
      {"reconnect.backoff.max.ms", "1000"},
      {"socket.connection.setup.timeout.ms", "5000"},
      {"log.connection.close", "false"},  // brokers close idle connections all the time
  };
  if (!kafka.ssl_ca_file.empty()) settings.emplace_back("ssl.ca.location", kafka.ssl_ca_file);
  MARQUEE_TRY(add_sasl(kafka, settings));
  return settings;
}

KafkaSettings kafka_producer_settings() {
  return {
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"linger.ms", "2"},                       // events of requests at the same time share a batch
      {"partitioner", "murmur2_random"},        // as Kafka's own clients place keys
      {"message.max.bytes", "16777216"},        // what is too large, the broker says
      {"queue.buffering.max.kbytes", "65536"},  // then append() waits
      {"message.timeout.ms", "30000"},
  };
}

KafkaSettings kafka_reader_settings(const Config& config) {
  return {
      {"group.id", config.kafka.group},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "earliest"},
      {"enable.partition.eof", "true"},
      {"fetch.error.backoff.ms", "100"},
      {"topic.metadata.refresh.interval.ms", "30000"},  // new partitions are found
  };
}

// Without an instance id: the group does not wait for it once it has gone.
KafkaSettings kafka_passer_by_settings(const Config& config) {
  KafkaSettings settings = kafka_reader_settings(config);
  settings.insert(settings.end(), {{"partition.assignment.strategy", "cooperative-sticky"},
                                   {"session.timeout.ms", "10000"},
                                   {"heartbeat.interval.ms", "1000"}});
  return settings;
}

// Neither a restart nor a short silence moves a partition; after ten seconds of silence another
// member takes over.
KafkaSettings kafka_member_settings(const Config& config) {
  KafkaSettings settings = kafka_passer_by_settings(config);
  settings.emplace_back("group.instance.id", kafka_instance_id(config));
  return settings;
}

std::string kafka_instance_id(const Config& config) {
  if (!config.kafka.instance_id.empty()) return config.kafka.instance_id;
  const std::string place = place_of(config.data_dir);
  return fmt::format("marquee-{:016x}", XXH3_64bits(place.data(), place.size()));
}

}  // namespace marquee
