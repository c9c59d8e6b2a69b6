#include "stream/kafka_sink.h"

#include <fmt/ranges.h>

#include <future>

#include "events/event_key.h"
#include "stream/kafka_client.h"
#include "stream/kafka_topics.h"

namespace marquee {

struct KafkaTopicHandle {
  KafkaTopic topic;
};

// The events of one append until the fate of the last is known; then it calls `done` and is gone.
class KafkaSink::Batch {
 public:
  // What librdkafka carries along with an event.
  struct Event {
    Batch* batch = nullptr;
    std::size_t index = 0;
  };

  Batch(const KafkaClient& client, const std::string& topic, std::size_t size, Appended done)
      : client_(client),
        topic_(topic),
        positions_(size),
        events_(size),
        open_(size),
        done_(std::move(done)) {
    for (std::size_t k = 0; k < size; ++k) events_[k] = {this, k};
  }
  Event* event(std::size_t index) { return &events_[index]; }

  // From any thread, once for every event.
  static void settle(Event* event, rd_kafka_resp_err_t code, std::int32_t partition,
                     std::int64_t offset) {
    Batch* batch = event->batch;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
      batch->positions_[event->index] = {batch->topic_, partition, offset};
    else
      batch->note_failure(event->index, code);
    if (batch->open_.fetch_sub(1) == 1) std::unique_ptr<Batch>(batch)->finish();
  }

 private:
  void note_failure(std::size_t index, rd_kafka_resp_err_t code) {
    const std::lock_guard lock(mutex_);
    if (failed_.empty()) first_failure_ = code;
    failed_.push_back(index);
  }

  void finish() {
    if (failed_.empty()) return done_(std::move(positions_));
    constexpr std::size_t kShown = 10;
    std::ranges::sort(failed_);
    const auto shown = std::span(failed_).first(std::min(kShown, failed_.size()));
    Error error = client_.error(
        first_failure_, fmt::format("{} of {} events were not accepted (event {}{})",
                                    failed_.size(), positions_.size(), fmt::join(shown, ", "),
                                    failed_.size() > kShown ? ", …" : ""));
    error.mend = failed_.size() < positions_.size()
                     ? "the others are accepted: send only these again"
                     : "send them again";
    done_(std::unexpected(std::move(error)));
  }

  const KafkaClient& client_;
  const std::string& topic_;
  std::vector<StreamPosition> positions_;
  std::vector<Event> events_;
  std::atomic<std::size_t> open_;
  std::mutex mutex_;
  std::vector<std::size_t> failed_;
  rd_kafka_resp_err_t first_failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  Appended done_;
};

KafkaSink::KafkaSink(std::string topic) : topic_(std::move(topic)) {}

Result<std::unique_ptr<KafkaSink>> KafkaSink::open(const Config& config,
                                                   const std::stop_token& stop) {
  std::unique_ptr<KafkaSink> sink(new KafkaSink(config.kafka.topic));
  const auto delivered = [sink = sink.get()](const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) sink->client_->note_answer();
    Batch::settle(static_cast<Batch::Event*>(message._private), message.err, message.partition,
                  message.offset);
  };
  MARQUEE_ASSIGN(sink->client_,
                 KafkaClient::create(RD_KAFKA_PRODUCER, config, kafka_producer_settings(),
                                     {.delivered = delivered, .rebalance = nullptr}));
  MARQUEE_TRY(sink->client_->await_brokers(kConnectPatience, stop));
  MARQUEE_TRY(ensure_kafka_topic(*sink->client_, config.kafka));
  sink->handle_ = std::make_unique<KafkaTopicHandle>(
      KafkaTopic(rd_kafka_topic_new(sink->client_->get(), config.kafka.topic.c_str(), nullptr)));
  sink->deliveries_ = std::jthread([client = sink->client_.get()](const std::stop_token& stop) {
    constexpr int kPollMilliseconds = 100;
    while (!stop.stop_requested()) {
      rd_kafka_poll(client->get(), kPollMilliseconds);
      client->watch_brokers();
    }
  });
  return sink;
}

KafkaSink::~KafkaSink() {
  constexpr int kPatienceMilliseconds = 1000;
  if (handle_ == nullptr) return;  // it was never open
  deliveries_.request_stop();
  deliveries_.join();
  rd_kafka_flush(client_->get(), kPatienceMilliseconds);
  rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client_->get(), kPatienceMilliseconds);
}

Result<std::vector<StreamPosition>> KafkaSink::append(std::span<const std::string> events) {
  std::promise<Result<std::vector<StreamPosition>>> promise;
  auto appended = promise.get_future();
  start_append(events, [&promise](Result<std::vector<StreamPosition>> result) {
    promise.set_value(std::move(result));
  });
  return appended.get();
}

void KafkaSink::start_append(std::span<const std::string> events, Appended done) {
  if (events.empty()) return done(std::vector<StreamPosition>{});
  auto* batch = new Batch(*client_, topic_, events.size(), std::move(done));  // it deletes itself
  for (std::size_t k = 0; k < events.size(); ++k) {
    const std::string_view key = event_key(events[k]);
    Batch::Event* event = batch->event(k);
    const int queued = rd_kafka_produce(handle_->topic.get(), RD_KAFKA_PARTITION_UA,
                                        RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK,
                                        const_cast<char*>(events[k].data()), events[k].size(),
                                        key.empty() ? nullptr : key.data(), key.size(), event);
    if (queued != 0) Batch::settle(event, rd_kafka_last_error(), 0, 0);
  }
}

std::optional<Error> KafkaSink::trouble() const {
  return client_->trouble();
}

}  // namespace marquee
