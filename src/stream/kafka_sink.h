// Sends events to a Kafka topic.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "stream/event_stream.h"

namespace marquee {

class KafkaClient;
struct KafkaTopicHandle;

// Idempotent, acknowledged by all replicas in sync, keyed by user (see events/event_key.h).
// Thread-safe; events that are under way at the same time share requests. While the brokers are
// away it keeps trying for 30 s; an event that is not accepted until then has failed.
class KafkaSink final : public EventSink {
 public:
  // Fails within about 5 s when no broker answers, sooner when a stop is requested. Makes the topic
  // as kafka.create_topic allows.
  static Result<std::unique_ptr<KafkaSink>> open(const Config& config,
                                                 const std::stop_token& stop = {});
  // Waits up to a second for what is under way and fails the rest.
  ~KafkaSink() override;

  // The error of a partial failure says which of the events were not accepted, counted from 0.
  Result<std::vector<StreamPosition>> append(std::span<const std::string> events) override;
  // Returns as soon as the events are queued; waits only when very many are.
  void start_append(std::span<const std::string> events, Appended done) override;
  std::optional<Error> trouble() const override;

 private:
  class Batch;
  explicit KafkaSink(std::string topic);

  std::string topic_;
  std::unique_ptr<KafkaClient> client_;
  std::unique_ptr<KafkaTopicHandle> handle_;
  std::jthread deliveries_;  // last: it uses all of the above
};

}  // namespace marquee
