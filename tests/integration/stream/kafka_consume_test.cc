// The program itself between Kafka and SQLite: nothing is lost and nothing counts twice, whatever
// is killed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "core/durable_file.h"
#include "pipeline/waiting_events.h"
#include "store/rating_store.h"
#include "stream/event_stream.h"
#include "tests/integration/ingest/program.h"
#include "tests/integration/services/kafka_server.h"
#include "tests/integration/stream/reading_owner.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Few pairs, so that most events replace another; one in ten is not valid; some come with an older
// time.
std::string make_event(std::mt19937_64& random) {
  const auto draw = [&](int n) {
    return static_cast<int>(random() % static_cast<std::uint64_t>(n));
  };
  if (draw(10) == 0) return R"({"user_id": -1, "movie_id": 1, "rating": 3})";
  std::string event = fmt::format(R"({{"user_id": {}, "movie_id": {}, "rating": {})", 1 + draw(40),
                                  1 + draw(30), 0.5 * (1 + draw(10)));
  if (draw(2) == 0)
    event += fmt::format(R"(, "timestamp": "2020-01-{:02}T00:00:00Z")", 1 + draw(28));
  return event + "}";
}

std::vector<std::string> make_events(std::mt19937_64& random, int count) {
  std::vector<std::string> events;
  for (int k = 0; k < count; ++k) events.push_back(make_event(random));
  return events;
}

class KafkaConsumeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "kafka_consume_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    config_.stream.kind = "kafka";
    config_.kafka.brokers = KafkaServer::shared().brokers();
    config_.kafka.topic = fresh_name("events");
    sink_ = std::move(*open_sink(config_, clock_));
  }
  void TearDown() override { fs::remove_all(folder_); }

  // `marquee <command…>` on this topic; each data dir has a group of its own, so that both read
  // all.
  std::vector<std::string> program(std::vector<std::string> command,
                                   const std::string& data_dir) const {
    command.insert(command.end(), {"--quiet", "--data-dir", (folder_ / data_dir).string()});
    for (const std::string& setting :
         {std::string("stream.kind=kafka"), "kafka.brokers=" + config_.kafka.brokers,
          "kafka.topic=" + config_.kafka.topic, "kafka.group=" + group(data_dir),
          std::string("stream.batch_events=25")})
      command.insert(command.end(), {"--set", setting});
    return command;
  }
  std::string group(const std::string& data_dir) const {
    return config_.kafka.topic + "-" + data_dir;
  }
  int consume_all(const std::string& data_dir) const {
    return wait_for(start(program({"consume", "--exit-when-idle", "0.2"}, data_dir)));
  }
  std::int64_t applied(const std::string& data_dir) const {
    auto store = RatingStore::open(folder_ / data_dir, sqlite::Access::kReadOnly);
    const auto snapshot = store ? store->snapshot() : std::unexpected(store.error());
    std::int64_t total = 0;
    if (snapshot)
      for (const auto& offset : snapshot->offsets) total += offset.next_offset;
    return total;
  }
  std::int64_t wait_until_applied_beyond(const std::string& data_dir, std::int64_t before) const {
    const auto deadline = steady_clock::now() + std::chrono::seconds(120);
    std::int64_t now = applied(data_dir);
    for (; now <= before && steady_clock::now() < deadline; now = applied(data_dir))
      std::this_thread::sleep_for(milliseconds(5));
    EXPECT_GT(now, before) << "the consumer gets nothing done";
    return now;
  }
  void expect_same(const std::string& one, const std::string& other) const {
    auto a = RatingStore::open(folder_ / one, sqlite::Access::kReadOnly);
    auto b = RatingStore::open(folder_ / other, sqlite::Access::kReadOnly);
    ASSERT_TRUE(a && b);
    const Snapshot left = *a->snapshot(), right = *b->snapshot();
    EXPECT_EQ(left.dead_letters, right.dead_letters);
    EXPECT_EQ(left.offsets.size(), 3u);
    EXPECT_EQ(*a->read_ratings(left), *b->read_ratings(right));
    for (std::int64_t id = 1; id <= 40; ++id) {
      EXPECT_EQ(*a->user_features(id), *b->user_features(id)) << "user " << id;
      EXPECT_EQ(*a->movie_features(id), *b->movie_features(id)) << "movie " << id;
    }
  }

  fs::path folder_;
  Config config_;
  SystemClock clock_;
  std::unique_ptr<EventSink> sink_;
};

TEST_F(KafkaConsumeTest, KilledUnderLoadItEndsWithTheRatingsOfAnUndisturbedRun) {
  const bool campaign = std::getenv("TEST_CAMPAIGN") != nullptr;
  const int kills = campaign ? 100 : 25;
  const std::uint64_t seed = campaign ? std::random_device{}() : 20261124;
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::atomic<std::int64_t> produced = 0;
  std::jthread producer([&](std::stop_token stop) {
    std::mt19937_64 random(seed);
    while (!stop.stop_requested()) {
      ASSERT_TRUE(sink_->append(make_events(random, 20)));
      produced += 20;
      std::this_thread::sleep_for(milliseconds(10));
    }
  });
  std::mt19937_64 random(seed + 1);
  std::vector<steady_clock::duration> restarts;
  for (int kill = 0; kill < kills; ++kill) {
    const std::int64_t before = applied("killed");
    const auto begin = steady_clock::now();
    const pid_t pid = start(program({"consume"}, "killed"));
    wait_until_applied_beyond("killed", before);
    if (kill > 0) restarts.push_back(steady_clock::now() - begin);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    ::kill(pid, SIGKILL);
    ASSERT_EQ(wait_for(pid), -SIGKILL);
  }
  std::ranges::nth_element(restarts, restarts.begin() + std::ssize(restarts) / 2);
  EXPECT_LT(restarts[restarts.size() / 2], std::chrono::seconds(9))
      << "a restart resumes before its session times out, after 10 s";
  producer.request_stop();
  producer.join();
  ASSERT_EQ(consume_all("killed"), 0);
  EXPECT_EQ(applied("killed"), produced);
  ASSERT_EQ(consume_all("undisturbed"), 0);
  expect_same("killed", "undisturbed");
  config_.kafka.group = group("killed");
  for (const auto& progress : progress_of(config_))
    EXPECT_EQ(progress.committed, progress.end) << "before it exits 0 every offset is committed";
}

TEST_F(KafkaConsumeTest, AGracefulStopHandsEverythingOver) {
  std::mt19937_64 random(3);
  ASSERT_TRUE(sink_->append(make_events(random, 3000)));
  const pid_t pid = start(program({"consume"}, "stopped"));
  wait_until_applied_beyond("stopped", 0);
  ::kill(pid, SIGTERM);
  EXPECT_EQ(wait_for(pid), 0);
  config_.kafka.group = group("stopped");
  std::int64_t committed = 0;
  for (const auto& progress : progress_of(config_)) committed += progress.committed.value_or(0);
  EXPECT_EQ(committed, applied("stopped"));
}

TEST_F(KafkaConsumeTest, WaitingEventsAreAppliedBesideAConsumerThatHoldsThePartitions) {
  std::mt19937_64 random(5);
  const pid_t pid = start(program({"consume"}, "shared"));
  ASSERT_TRUE(sink_->append(make_events(random, 50)));
  wait_until_applied_beyond("shared", 49);
  ASSERT_EQ(::kill(pid, SIGSTOP), 0);  // it holds them and reads nothing
  ASSERT_TRUE(sink_->append(make_events(random, 2000)));
  config_.data_dir = folder_ / "shared";
  config_.kafka.group = group("shared");
  auto store = RatingStore::open(config_.data_dir, sqlite::Access::kReadWrite);
  ASSERT_TRUE(store);
  const Status waited = apply_waiting_events(config_, *store);
  ASSERT_TRUE(waited) << waited.error().message();
  EXPECT_EQ(applied("shared"), 2050);
  ::kill(pid, SIGCONT);
  ASSERT_TRUE(sink_->append(make_events(random, 30)));
  EXPECT_EQ(wait_until_applied_beyond("shared", 2079), 2080) << "the member goes on";
  ::kill(pid, SIGTERM);
  EXPECT_EQ(wait_for(pid), 0);
  ASSERT_EQ(consume_all("undisturbed"), 0);
  expect_same("shared", "undisturbed");
}

TEST_F(KafkaConsumeTest, ProduceTellsWhereTheEventsLie) {
  {
    auto store = RatingStore::open(folder_ / "producing", sqlite::Access::kReadWrite);
    auto writer = store->write();
    for (MovieId m = 1; m <= 500; ++m)
      ASSERT_TRUE(writer->put_movie({.id = m, .title = "M", .genres = {}, .year = 0, .tags = {}}));
    ASSERT_TRUE(writer->commit());
  }
  auto command = program({"produce", "--count", "200", "--seed", "1", "--json"}, "producing");
  ASSERT_EQ(wait_for(start(
                command, {.environment = {}, .out = folder_ / "out", .error = folder_ / "error"})),
            0)
      << *read_file(folder_ / "error");
  const auto report = nlohmann::json::parse(*read_file(folder_ / "out"));
  EXPECT_EQ(report["topic"], config_.kafka.topic);
  std::int64_t told = 0;
  for (const auto& progress : progress_of(config_))
    for (const auto& one : report["partitions"])
      if (one["partition"] == progress.partition.partition) {
        EXPECT_EQ(one["first_offset"], 0);
        EXPECT_EQ(one["last_offset"], progress.end - 1);
        told += progress.end;
      }
  EXPECT_EQ(told, 200);
}

}  // namespace
}  // namespace marquee
