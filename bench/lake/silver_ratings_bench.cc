// What a night pays to read its ratings: events in Bronze as JSON against the same compacted, and
// where the time goes: the store alone, reading events, telling which rating counts, the matrix.
// Over a folder (the system's temporary one; set TMPDIR to another disk or to /dev/shm), or over
// the bucket of an S3 server, with AWS credentials in the environment.
//
//   silver_ratings_bench [EVENTS=10000000] [THREADS=2] [ENDPOINT BUCKET]
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>

#include "aws/parallel.h"
#include "core/log.h"
#include "lake/bronze_line.h"
#include "lake/bronze_name.h"
#include "lake/bronze_reader.h"
#include "lake/silver_ratings.h"
#include "model/interaction_matrix.h"
#include "objects/local_store.h"
#include "objects/object_store.h"

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

// Full objects, as a busy consumer leaves them: the case that is kindest to Bronze. Gives the
// bytes.
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

// Every object below the prefix, read whole and forgotten: what the store gives at most.
double seconds_of_store(ObjectStore& store, std::string_view prefix, int threads) {
  const auto begin = std::chrono::steady_clock::now();
  const auto objects = checked(store.list(prefix));
  std::atomic<std::uint64_t> bytes = 0;
  const Status read = aws::in_parallel(objects.size(), threads, [&](std::size_t k) -> Status {
    MARQUEE_ASSIGN(const std::string object, store.get(objects[k].key));
    bytes += object.size();
    return {};
  });
  if (!read) give_up(read.error());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  fmt::print("{:<44} {:>8.2f} s  {:>7.0f} MB/s, {} objects of {:.2f} GB\n",
             fmt::format("the store alone, {}", prefix), seconds.count(),
             static_cast<double>(bytes) / 1e6 / seconds.count(), objects.size(),
             static_cast<double>(bytes) / 1e9);
  return seconds.count();
}

// Events read once each, and forgotten.
double seconds_of_events(ObjectStore& store, std::int64_t end, int threads) {
  std::vector<OffsetRange> ranges;
  for (int partition = 0; partition < kPartitions; ++partition)
    ranges.push_back({kTopic, partition, 0, end});
  return seconds_of([&] {
    const auto forget = [](std::span<const BronzeEvent>) -> Status { return {}; };
    if (const Status read = read_bronze(store, ranges, {}, threads, forget); !read)
      give_up(read.error());
  });
}

void tell_where_time_goes(std::string_view what, double store, double events, double ratings,
                          double matrix) {
  const double whole = ratings + matrix;
  const auto share = [&](double seconds) { return 100 * std::max(seconds, 0.0) / whole; };
  fmt::print(
      "{}: {:.2f} s: {:.0f} % the store, {:.0f} % reading events, {:.0f} % telling which rating "
      "counts, {:.0f} % the matrix; {:.2f} of the store's rate\n",
      what, whole, share(store), share(events - store), share(ratings - events), share(matrix),
      store / whole);
}

// Compacts in two steps, reads in three ways; whether all agree and compacted is fast enough.
bool run(ObjectStore& store, std::int64_t events, int threads) {
  constexpr double kTarget = 10;
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
  const auto compact = [&](std::int64_t offset) {
    return seconds_of([&] { checked(compact_ratings(store, ends_at(offset), options)); });
  };
  tell("compacting 99 % of them at once", compact(yesterday), yesterday * kPartitions);
  tell("reading compacted 99 % and 1 % of Bronze", read(delta), events);
  tell("compacting the last 1 %", compact(end), end / 100 * kPartitions);
  checked(sweep_ratings(store, 1, [](const RatingManifest&) { return false; }));
  const double silver_store = seconds_of_store(store, "silver/ratings/", threads);
  const double fast = read(compacted);
  tell("reading compacted", fast, events);
  const double matrix = seconds_of([&] { checked(InteractionMatrix::build(compacted, {})); });
  tell("the matrix of them", matrix, std::ssize(compacted));
  for (const ObjectInfo& object : checked(store.list("silver/")))
    if (const Status removed = store.remove(object.key); !removed) give_up(removed.error());
  const double bronze_store = seconds_of_store(store, "bronze/", threads);
  const double parsed = seconds_of_events(store, end, threads);
  tell("reading the events of Bronze", parsed, events);
  const double slow = read(raw);
  tell("reading Bronze", slow, events);
  tell_where_time_goes("Bronze to the matrix", bronze_store, parsed, slow, matrix);
  tell_where_time_goes("compacted to the matrix", silver_store, fast, fast, matrix);
  const bool agree = raw == compacted && raw == delta;
  fmt::print(
      "{} ratings; all ways agree: {}; compacted is read {:.1f} times as fast; target {:g}: {}\n",
      compacted.size(), agree ? "yes" : "NO", slow / fast, kTarget,
      slow / fast >= kTarget ? "met" : "MISSED");
  return agree;
}

int run_over_folder(std::int64_t events, int threads) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("silver_bench.{}", getpid());
  LocalStore store(folder);
  const bool agree = run(store, events, threads);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return agree ? 0 : 1;
}

int run_over_s3(std::int64_t events, int threads, const char* endpoint, const char* bucket) {
  Config config;
  config.storage.mode = "aws";
  config.s3.endpoint = endpoint;
  config.s3.bucket = bucket;
  const auto store = checked(open_object_store(config));
  return run(*store, events, threads) ? 0 : 1;
}

}  // namespace
}  // namespace marquee

int main(int argc, char** argv) {
  const std::int64_t events = argc > 1 ? std::atoll(argv[1]) : 10'000'000;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 2;
  return argc > 4 ? marquee::run_over_s3(events, threads, argv[3], argv[4])
                  : marquee::run_over_folder(events, threads);
}
