#include "stream/event_stream.h"

#include "stream/journal.h"
#include "stream/kafka_sink.h"
#include "stream/kafka_source.h"
#include "stream/kafka_topics.h"

namespace marquee {
namespace {

bool is_kafka(const Config& config) {
  return config.stream.kind == "kafka";
}

Result<std::unique_ptr<EventSource>> open_journal_source(const Config& config) {
  return JournalSource::open(config.data_dir, config.kafka.topic,
                             config.stream.journal_keep_events);
}

}  // namespace

Result<std::unique_ptr<EventSink>> open_sink(const Config& config, Clock& clock) {
  if (is_kafka(config)) return KafkaSink::open(config);
  return JournalSink::open(config.data_dir, config.kafka.topic, clock);
}

Result<std::unique_ptr<EventSource>> open_source(const Config& config) {
  if (is_kafka(config)) return KafkaSource::open(config, KafkaSource::Role::kMember);
  return open_journal_source(config);
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

}  // namespace marquee
