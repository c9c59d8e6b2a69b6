// kafka_rates BROKERS [EVENTS]: how many events of 100 bytes a second go into a Kafka topic and
// come out of it, over three partitions; beside it librdkafka alone, counting, as the measure.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "bench/stream/bare_consumer.h"
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

double since(Stopwatch::time_point begin) {
  return std::chrono::duration<double>(Stopwatch::now() - begin).count();
}

void tell(const char* what, std::int64_t events, double seconds) {
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
  tell("produce", events, since(begin));
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
  tell("consume", read - first, since(begin));
  return source->close();
}

Status run(const std::string& brokers, std::int64_t events) {
  Config config;
  config.stream.kind = "kafka";
  config.kafka.brokers = brokers;
  config.kafka.topic = config.kafka.group = fmt::format("rates-{}", ::getpid());
  MARQUEE_TRY(produce(config, events));
  MARQUEE_TRY(consume(config, events));
  constexpr int kPartitions = 3;
  const double bare = seconds_of_bare_consumer(brokers, config.kafka.topic, kPartitions, events);
  tell("librdkafka alone, counting", events, bare);
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
