// kafka_rates BROKERS [EVENTS]: how many events of 100 bytes a second go into a Kafka topic and
// come out of it, over three partitions; beside it librdkafka alone, counting, as the measure.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "stream/event_stream.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using Stopwatch = std::chrono::steady_clock;

class FromTheBeginning final : public PartitionOwner {
 public:
  Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) override {
    return std::vector<std::optional<std::int64_t>>(partitions.size(), 0);
  }
  Status on_revoked(std::span<const StreamPartition>) override { return {}; }
  void on_lost(std::span<const StreamPartition>) override {}
};

void tell(const char* what, std::int64_t events, Stopwatch::time_point begin) {
  const double seconds = std::chrono::duration<double>(Stopwatch::now() - begin).count();
  fmt::print("{:<28} {:>9.0f} events/s\n", what, static_cast<double>(events) / seconds);
}

Status produce(const Config& config, std::int64_t events) {
  constexpr std::int64_t kBatch = 20'000;
  SystemClock clock;
  MARQUEE_ASSIGN(const auto sink, open_sink(config, clock));
  const auto begin = Stopwatch::now();
  for (std::int64_t sent = 0; sent < events; sent += kBatch) {
    std::vector<std::string> batch;
    for (std::int64_t k = sent; k < sent + kBatch; ++k) {
      batch.push_back(fmt::format(R"({{"user_id": {}, "movie_id": {}, "rating": 4.5, )"
                                  R"("timestamp": "2025-03-15T10:00:00Z")",
                                  1 + k % 100'000, 1 + k % 5000));
      batch.back().resize(99, ' ');
      batch.back() += '}';
    }
    MARQUEE_TRY(sink->append(batch));
  }
  tell("produce", events, begin);
  return {};
}

Status consume(const Config& config, std::int64_t events) {
  MARQUEE_ASSIGN(const auto source, open_source(config));
  FromTheBeginning owner;
  MARQUEE_TRY(source->subscribe(owner));
  auto begin = Stopwatch::now();
  std::int64_t read = 0, first = 0;
  while (read < events) {
    MARQUEE_ASSIGN(const auto records, source->poll(10'000, milliseconds(100)));
    if (read == 0 && !records.empty()) {
      begin = Stopwatch::now();  // it has joined the group
      first = std::ssize(records);
    }
    read += std::ssize(records);
  }
  tell("consume", read - first, begin);
  return source->close();
}

// Assigns all partitions by itself and counts what comes by batches.
void consume_bare(const Config& config, std::int64_t events) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", config.kafka.brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "group.id", "bare", nullptr, 0);
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(3);
  for (std::int32_t k = 0; k < 3; ++k)
    rd_kafka_topic_partition_list_add(list, config.kafka.topic.c_str(), k)->offset = 0;
  rd_kafka_assign(consumer, list);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(consumer);
  std::vector<rd_kafka_message_t*> messages(10'000);
  auto begin = Stopwatch::now();
  std::int64_t read = 0, first = 0;
  while (read < events) {
    const auto count = rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
    if (read == 0 && count > 0) {
      begin = Stopwatch::now();
      first = count;
    }
    read += count;
    for (std::int64_t k = 0; k < count; ++k)
      rd_kafka_message_destroy(messages[static_cast<std::size_t>(k)]);
  }
  tell("librdkafka alone, counting", read - first, begin);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(consumer);
}

Status run(const std::string& brokers, std::int64_t events) {
  Config config;
  config.stream.kind = "kafka";
  config.kafka.brokers = brokers;
  config.kafka.topic = config.kafka.group = fmt::format("rates-{}", ::getpid());
  MARQUEE_TRY(produce(config, events));
  MARQUEE_TRY(consume(config, events));
  consume_bare(config, events);
  return {};
}

}  // namespace
}  // namespace marquee

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: kafka_rates BROKERS [EVENTS]\n");
    return 2;
  }
  const auto done = marquee::run(argv[1], argc > 2 ? std::atoll(argv[2]) : 1'000'000);
  if (done) return 0;
  fmt::print(stderr, "{}\n", done.error().message());
  return 1;
}
