// ingest_run EVENTS KEY=VALUE…: the parts of `marquee consume` with these settings, until EVENTS
// events were taken and everything is durable and committed. Beside the shipped program it knows
// when the last event came, and need not wait for the stream to be idle. Used by ingest.py.
//
// Prints the seconds from its partitions' assignment, and the seconds of processor time. AWS
// credentials come from the environment.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <optional>

#include "bench/processor_seconds.h"
#include "dynamodb/feature_tables.h"
#include "ingest/lake_consumer.h"
#include "ingest/running_outlet.h"
#include "objects/object_store.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using Stopwatch = std::chrono::steady_clock;

constexpr int kUploadThreads = 4;  // as the shipped program has

// From before the poll that gave the first events: the partitions were assigned in it.
Result<double> take_all(LakeConsumer& consumer, std::int64_t events) {
  constexpr milliseconds kJoining(5), kReading(100);
  auto begin = Stopwatch::now();
  for (std::int64_t taken = 0; taken < events;) {
    if (taken == 0) begin = Stopwatch::now();
    MARQUEE_ASSIGN(const auto counts, consumer.run_once(taken == 0 ? kJoining : kReading));
    taken += counts.events;
  }
  std::stop_source stop;
  stop.request_stop();
  MARQUEE_TRY(consumer.run(stop.get_token(), milliseconds(0)));
  return std::chrono::duration<double>(Stopwatch::now() - begin).count();
}

Status run(std::int64_t events, std::span<char*> settings) {
  ConfigSources sources;
  for (const char* setting : settings) sources.assignments.emplace_back(setting);
  MARQUEE_ASSIGN(const Config config, load_config(sources));
  static SystemClock clock;
  MARQUEE_ASSIGN(const auto lake, open_object_store(config));
  std::unique_ptr<FeatureTables> tables;
  if (config.ingest.running_features) {
    MARQUEE_ASSIGN(tables, open_feature_tables(config));
  }
  MARQUEE_ASSIGN(const auto source, open_source(config));
  BronzeWriter bronze(*lake, config.bronze, kUploadThreads);
  std::optional<RunningWriter> running;
  if (tables != nullptr)
    running.emplace(running_outlet(*tables, *lake), running_options(config.ingest),
                    [] { return "bench"; });
  LakeConsumer consumer(*source, bronze, running ? &*running : nullptr, config, clock);
  MARQUEE_ASSIGN(const double seconds, take_all(consumer, events));
  fmt::print("{:.4f} {:.4f}\n", seconds, processor_seconds());
  return {};
}

}  // namespace
}  // namespace marquee

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: ingest_run EVENTS KEY=VALUE...\n");
    return 2;
  }
  const auto done =
      marquee::run(std::atoll(argv[1]), std::span(argv, static_cast<std::size_t>(argc)).subspan(2));
  if (done) return 0;
  fmt::print(stderr, "{}\n", done.error().message());
  return 1;
}
