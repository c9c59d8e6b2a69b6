// Bronze on one ingest thread and back: lines alone, then writer and reader over a folder (by
// default the system's temporary one; set TMPDIR to another disk or to /dev/shm). items_per_second
// is events a second.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/timestamp.h"
#include "lake/bronze_line.h"
#include "lake/bronze_reader.h"
#include "lake/bronze_writer.h"
#include "objects/local_store.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr int kPartitions = 3;
constexpr std::int64_t kEvents = 300'000;

// Events of about 100 bytes as `marquee produce` sends them, of three dates, in runs by partition
// as a poll gives them.
std::vector<StreamRecord> make_records() {
  const TimeMicros start = parse_timestamp("2025-03-15T00:00:00Z").value();
  constexpr std::int64_t kRun = 500;
  std::vector<StreamRecord> records;
  for (std::int64_t k = 0; k < kEvents; ++k) {
    const RatingEvent event = {
        100'000 + k % 9973, 1'000 + k % 4999, 0.5 * (1 + k % 10),
        start - k % 3 * 86'400 * kMicrosPerSecond + k * kMicrosPerSecond / 4};
    records.push_back({.topic = "user-events",
                       .partition = static_cast<std::int32_t>(k / kRun % kPartitions),
                       .offset = k,
                       .record_time = start + k * kMicrosPerSecond,
                       .value = to_json(event)});
  }
  return records;
}

const std::vector<StreamRecord>& records() {
  static const auto made = make_records();
  return made;
}

const std::vector<RatingEvent>& events() {
  static const auto parsed = [] {
    std::vector<RatingEvent> made;
    for (const StreamRecord& record : records())
      made.push_back(parse_rating_event(record.value, record.record_time, {}).value());
    return made;
  }();
  return parsed;
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / fmt::format("bronze_bench.{}", getpid())) {}
  ~Folder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<StreamPartition> partitions() {
  std::vector<StreamPartition> all;
  for (int p = 0; p < kPartitions; ++p) all.push_back({"user-events", p});
  return all;
}

BronzeOptions options_of(const benchmark::State& state) {
  return {.compression = state.range(0) != 0 ? "zstd" : "none"};
}

void write_all(ObjectStore& store, const BronzeOptions& options) {
  BronzeWriter writer(store, options, 2);
  for (std::size_t k = 0; k < records().size(); ++k) writer.add_event(records()[k], events()[k]);
  if (const auto all = partitions(); !writer.wait_durable(all, std::chrono::minutes(5)))
    std::abort();
}

void append_lines(benchmark::State& state) {
  events();  // made before the clock runs
  const lake::EventLineWriter writer({"user-events", 0});
  std::string lines;
  for (auto _ : state) {
    lines.clear();
    for (std::size_t k = 0; k < 10'000; ++k)
      writer.append(records()[k].value, events()[k], records()[k].offset, 0, lines);
    benchmark::DoNotOptimize(lines.data());
  }
  state.SetItemsProcessed(state.iterations() * 10'000);
}

void parse_lines(benchmark::State& state) {
  const lake::EventLineWriter writer({"user-events", 0});
  const lake::BronzeName name = {.kind = lake::BronzeKind::kEvents,
                                 .date = "2025-03-15",
                                 .partition = {"user-events", 0},
                                 .first = 0,
                                 .last = kEvents,
                                 .compression = lake::Compression::kNone};
  std::vector<std::string> lines(10'000);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    writer.append(records()[k].value, events()[k], records()[k].offset, 0, lines[k]);
    lines[k].pop_back();
  }
  lake::EventLineParser parser;
  BronzeEvent event;
  for (auto _ : state)
    for (const std::string& line : lines)
      if (!parser.parse(line, name, event)) std::abort();
  state.SetItemsProcessed(state.iterations() * std::ssize(lines));
}

// Judged already: what the writer itself costs, until everything is durable.
void write_bronze(benchmark::State& state) {
  const BronzeOptions options = options_of(state);
  events();  // made before the clock runs
  for (auto _ : state) {
    const Folder folder;
    LocalStore store(folder.path());
    write_all(store, options);
  }
  state.SetItemsProcessed(state.iterations() * kEvents);
}

void read_bronze_back(benchmark::State& state) {
  const Folder folder;
  LocalStore store(folder.path());
  write_all(store, options_of(state));
  std::vector<OffsetRange> ranges;
  for (const StreamPartition& partition : partitions())
    ranges.push_back({partition.topic, partition.partition, 0, kEvents});
  for (auto _ : state) {
    std::int64_t count = 0;
    const Status status =
        read_bronze(store, ranges, {}, static_cast<int>(state.range(1)), [&](auto chunk) -> Status {
          count += std::ssize(chunk);
          return {};
        });
    if (!status || count != kEvents) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * kEvents);
}

BENCHMARK(append_lines);
BENCHMARK(parse_lines);
BENCHMARK(write_bronze)->ArgName("zstd")->Arg(0)->Arg(1)->UseRealTime();
BENCHMARK(read_bronze_back)
    ->ArgNames({"zstd", "threads"})
    ->Args({0, 1})
    ->Args({0, 2})
    ->Args({1, 1})
    ->UseRealTime();

}  // namespace
}  // namespace marquee
