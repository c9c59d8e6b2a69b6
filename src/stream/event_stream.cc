#include "stream/event_stream.h"

#include "stream/journal.h"
#include "stream/kafka_client.h"
#include "stream/kafka_sink.h"
#include "stream/kafka_source.h"
#include "stream/kafka_topics.h"
#include "stream/open_patiently.h"
#include "stream/patient_sink.h"

namespace marquee {
namespace {

// An attempt looks for brokers some seconds by itself.
constexpr BackoffOptions kReopenPauses{.shortest = std::chrono::milliseconds(200),
                                       .longest = std::chrono::milliseconds(5000)};

bool is_kafka(const Config& config) {
  return config.stream.kind == "kafka";
}

Result<std::unique_ptr<EventSource>> open_journal_source(const Config& config) {
  return JournalSource::open(config.data_dir, config.kafka.topic,
                             config.stream.journal_keep_events);
}

Result<std::unique_ptr<EventSource>> open_member(const Config& config,
                                                 const std::stop_token& stop) {
  if (is_kafka(config)) return KafkaSource::open(config, KafkaSource::Role::kMember, stop);
  return open_journal_source(config);
}

}  // namespace

Result<std::unique_ptr<EventSink>> open_sink(const Config& config, Clock& clock) {
  if (is_kafka(config)) return KafkaSink::open(config);
  return JournalSink::open(config.data_dir, config.kafka.topic, clock);
}

Result<std::unique_ptr<EventSink>> open_sink_patiently(const Config& config, Clock& clock) {
  if (!is_kafka(config)) return open_sink(config, clock);
  MARQUEE_TRY(KafkaClient::create(RD_KAFKA_PRODUCER, config, kafka_producer_settings()));
  const auto open = [config](const std::stop_token& stop) -> Result<std::unique_ptr<EventSink>> {
    return KafkaSink::open(config, stop);
  };
  return std::make_unique<PatientSink>(open, clock, kReopenPauses);
}

Result<std::unique_ptr<EventSource>> open_source(const Config& config) {
  return open_member(config, {});
}

std::unique_ptr<EventSource> await_source(const Config& config, Clock& clock,
                                          const std::stop_token& stop) {
  return open_patiently([&](const std::stop_token& asked) { return open_member(config, asked); },
                        [](const Error&) {}, "events are not applied", clock,
                        Backoff(kReopenPauses), stop);
}

// The journal has no group: whoever opens it reads all of it.
Result<std::unique_ptr<EventSource>> open_reader(const Config& config) {
  if (is_kafka(config)) return KafkaSource::open(config, KafkaSource::Role::kReader);
  return open_journal_source(config);
}

Result<std::vector<StreamProgress>> stream_progress(const Config& config) {
  if (is_kafka(config)) return kafka_progress(config);
  MARQUEE_ASSIGN(const auto progress, journal_progress(config.data_dir, config.kafka.topic));
  return std::vector{progress};
}

Result<std::int64_t> group_members(const Config& config) {
  return is_kafka(config) ? kafka_group_members(config) : 0;
}

}  // namespace marquee
