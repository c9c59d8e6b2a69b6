// What the way from Kafka to S3 cannot be faster than, one limit a call. Used by ingest.py.
//
//   ingest_limits produce BROKERS TOPIC EVENTS        fills a new topic; 10,000 users, 5,000 movies
//   ingest_limits count BROKERS TOPIC EVENTS          librdkafka alone, counting
//   ingest_limits upload ENDPOINT BUCKET CONNECTIONS  signed puts of objects whose sizes in bytes
//                                                     come on standard input
//
// Prints seconds and the seconds of processor time. AWS credentials come from the environment.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>

#include "aws/endpoints.h"
#include "aws/parallel.h"
#include "bench/processor_seconds.h"
#include "bench/stream/bare_consumer.h"
#include "core/timestamp.h"
#include "events/rating_event.h"
#include "stream/event_stream.h"

namespace marquee {
namespace {

using Stopwatch = std::chrono::steady_clock;

constexpr int kPartitions = 3;

double seconds_since(Stopwatch::time_point begin) {
  return std::chrono::duration<double>(Stopwatch::now() - begin).count();
}

// About 100 bytes each, of one day.
std::vector<std::string> some_events(std::mt19937_64& random, std::size_t count) {
  const TimeMicros start = parse_timestamp("2025-03-15T00:00:00Z").value();
  std::vector<std::string> events;
  for (std::size_t k = 0; k < count; ++k) {
    const std::uint64_t draw = random();
    const auto second = static_cast<TimeMicros>(draw >> 44) % 86'400;
    events.push_back(to_json({static_cast<UserId>(10'001 + draw % 10'000),
                              static_cast<MovieId>(1'001 + (draw >> 16) % 5'000),
                              0.5 * static_cast<double>(1 + (draw >> 32) % 10),
                              start + second * kMicrosPerSecond + static_cast<TimeMicros>(k)}));
  }
  return events;
}

Result<double> produce(const std::string& brokers, const std::string& topic, std::int64_t events) {
  constexpr std::int64_t kBatch = 20'000;
  Config config;
  config.stream.kind = "kafka";
  config.kafka.brokers = brokers;
  config.kafka.topic = topic;
  config.kafka.partitions = kPartitions;
  SystemClock clock;
  MARQUEE_ASSIGN(const auto sink, open_sink(config, clock));
  std::mt19937_64 random(7);
  const auto begin = Stopwatch::now();
  for (std::int64_t sent = 0; sent < events; sent += kBatch)
    MARQUEE_TRY(sink->append(
        some_events(random, static_cast<std::size_t>(std::min(kBatch, events - sent)))));
  return seconds_since(begin);
}

// Each connection sends one object after the other; nothing is read, compressed or tried again.
Result<double> upload(const std::string& endpoint, const std::string& bucket, int connections) {
  std::vector<std::size_t> sizes{std::istream_iterator<std::size_t>(std::cin), {}};
  std::string bytes(std::ranges::max(sizes), ' ');
  std::mt19937_64 random(7);
  std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
  SystemClock clock;
  S3Options options;
  options.endpoint = endpoint;
  MARQUEE_ASSIGN(auto credentials, aws::find_credentials(aws::aws_environment()));
  MARQUEE_ASSIGN(const auto http, aws::SignedHttp::make(aws::s3_endpoint(options),
                                                        std::move(credentials), {}, clock));
  const auto put = [&](std::size_t k) -> Status {
    MARQUEE_ASSIGN(const auto answer,
                   http.send({.method = "PUT",
                              .path = fmt::format("/{}/bare/{}", bucket, k),
                              .body = std::string_view(bytes).substr(0, sizes[k])}));
    if (answer.status == 200) return {};
    return fail(ErrorCode::kUnavailable, answer.body, fmt::format("status {}", answer.status));
  };
  const auto begin = Stopwatch::now();
  MARQUEE_TRY(aws::in_parallel(sizes.size(), connections, put));
  return seconds_since(begin);
}

Result<double> run(std::span<char*> arguments) {
  const std::string what = arguments[1], first = arguments[2], second = arguments[3];
  const std::int64_t count = std::atoll(arguments[4]);
  if (what == "produce") return produce(first, second, count);
  if (what == "count") return seconds_of_bare_consumer(first, second, kPartitions, count);
  if (what == "upload") return upload(first, second, static_cast<int>(count));
  return fail(ErrorCode::kUsage, "expected produce, count or upload", what);
}

}  // namespace
}  // namespace marquee

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "see the beginning of ingest_limits.cc\n");
    return 2;
  }
  const auto seconds = marquee::run({argv, static_cast<std::size_t>(argc)});
  if (!seconds) {
    fmt::print(stderr, "{}\n", seconds.error().message());
    return 1;
  }
  fmt::print("{:.4f} {:.4f}\n", *seconds, marquee::processor_seconds());
}
