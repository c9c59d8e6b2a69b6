// What a night pays to read its ratings: events in Bronze as JSON against the same compacted, over
// a folder (the system's temporary one; set TMPDIR to another disk or to /dev/shm).
//
//   silver_ratings_bench [EVENTS=10000000] [THREADS=2]
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>

#include "core/log.h"
#include "lake/bronze_line.h"
#include "lake/bronze_name.h"
#include "lake/silver_ratings.h"
#include "objects/local_store.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr int kPartitions = 3;
constexpr std::int64_t kPerObject = 10'000;
constexpr TimeMicros kStart = 20'000 * 86'400 * kMicrosPerSecond;
const std::string kTopic = "user-events";

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "{}\n", error.message());
  std::exit(1);
}
template <typename T>
T checked(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}

// Full objects, as a busy consumer leaves them: the case that is kindest to Bronze. Gives the bytes.
std::int64_t write_bronze(ObjectStore& store, std::int64_t events) {
  std::mt19937_64 random(7);
  std::int64_t bytes = 0;
  for (int partition = 0; partition < kPartitions; ++partition) {
    const lake::EventLineWriter writer({kTopic, partition});
    const std::int64_t count = events / kPartitions;
    for (std::int64_t first = 0; first < count; first += kPerObject) {
      std::string lines;
      const std::int64_t last = std::min(first + kPerObject, count) - 1;
      for (std::int64_t offset = first; offset <= last; ++offset) {
        const std::uint64_t draw = random();
        const RatingEvent event{static_cast<UserId>(1 + draw % 140'000),
                                static_cast<MovieId>(1 + (draw >> 20) % 27'000),
                                0.5 * static_cast<double>(1 + (draw >> 40) % 10),
                                kStart + offset * 1000};
        writer.append(to_json(event), event, offset, kStart, lines);
      }
      bytes += std::ssize(lines);
      const auto put = store.put(lake::key_of({lake::BronzeKind::kEvents,
                                               lake::date_of(lake::day_of(kStart)),
                                               {kTopic, partition},
                                               first,
                                               last,
                                               lake::Compression::kNone}),
                                 lines);
      if (!put) give_up(put.error());
    }
  }
  return bytes;
}

double peak_gigabytes() {
  struct rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1e6;
}

void tell(std::string_view what, double seconds, std::int64_t events) {
  fmt::print("{:<44} {:>8.2f} s  {:>7.2f} M events/s  peak {:.2f} GB\n", what, seconds,
             static_cast<double>(events) / seconds / 1e6, peak_gigabytes());
}

OffsetVector ends_at(std::int64_t offset) {
  OffsetVector offsets;
  for (int partition = 0; partition < kPartitions; ++partition)
    offsets.push_back({kTopic, partition, offset});
  return offsets;
}

void run(std::int64_t events, int threads) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("silver_bench.{}", getpid());
  LocalStore store(folder);
  const CompactionOptions options{.threads = threads};
  const std::int64_t end = events / kPartitions;
  const std::int64_t yesterday = end - end / 100;
  const std::int64_t bytes = write_bronze(store, events);
  fmt::print("{} events, {:.2f} GB of JSON, {} threads\n", events, static_cast<double>(bytes) / 1e9,
             threads);
  std::vector<Rating> raw, delta, compacted;
  const auto read = [&](std::vector<Rating>& into) {
    return seconds_of(
        [&] { into = checked(read_ratings_as_of(store, ends_at(end), options)).ratings; });
  };
  RatingManifest manifest;
  const auto compact = [&](std::int64_t offset) {
    return seconds_of(
        [&] { manifest = checked(compact_ratings(store, ends_at(offset), options)).manifest; });
  };
  tell("compacting 99 % of them at once", compact(yesterday), yesterday * kPartitions);
  tell("reading compacted 99 % and 1 % of Bronze", read(delta), events);
  tell("compacting the last 1 %", compact(end), end / 100 * kPartitions);
  const double fast = read(compacted);
  tell("reading compacted", fast, events);
  std::error_code ignored;
  fs::remove_all(folder / "silver", ignored);
  const double slow = read(raw);
  tell("reading Bronze", slow, events);
  std::int64_t silver_bytes = 0;
  for (const PartFile& file : manifest.files) silver_bytes += file.bytes;
  fmt::print(
      "{} ratings in {} files of {:.2f} GB; all ways agree: {}; compacted is {:.1f} times as "
      "fast\n",
      manifest.rows, manifest.files.size(), static_cast<double>(silver_bytes) / 1e9,
      raw == compacted && raw == delta ? "yes" : "NO", slow / fast);
  fs::remove_all(folder, ignored);
  if (raw != compacted || raw != delta) std::exit(1);
}

}  // namespace
}  // namespace marquee

int main(int argc, char** argv) {
  marquee::run(argc > 1 ? std::atoll(argv[1]) : 10'000'000, argc > 2 ? std::atoi(argv[2]) : 2);
}
