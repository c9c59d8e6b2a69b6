#include "ingest/lake_consumer.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "lake/bronze_reader.h"
#include "tests/unit/ingest/simulated_group.h"
#include "tests/unit/lake/memory_store.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;

// The tables of running rows, shared by every writer; the greatest offset counts.
class RunningTables {
 public:
  RunningOutlet outlet() {
    return {
        .load = [this](EntityKind kind, const StreamPartition& partition,
                       std::span<const std::int64_t> ids) { return load(kind, partition, ids); },
        .write = [this](EntityKind kind,
                        std::span<const RunningRow> rows) { return write(kind, rows); }};
  }
  // What a reader makes of it: the sums of an entity over all partitions.
  std::map<std::int64_t, FeatureSums> sums(EntityKind kind) const {
    const std::lock_guard lock(mutex_);
    std::map<std::int64_t, FeatureSums> sums;
    std::map<std::pair<std::int64_t, std::int32_t>, RunningRow> newest;
    for (const auto& [key, row] : rows_[static_cast<std::size_t>(kind)]) {
      RunningRow& best = newest[{row.id, row.partition}];
      if (row.last_offset > best.last_offset) best = row;
    }
    for (const auto& [key, row] : newest) {
      FeatureSums& sum = sums[key.first];
      sum.count += row.sums.count;
      sum.sum += row.sums.sum;
      sum.square_sum += row.sums.square_sum;
      sum.last_update = std::max(sum.last_update, row.sums.last_update);
    }
    return sums;
  }
  std::function<bool()> fails = [] { return false; };

 private:
  Result<std::vector<RunningRow>> load(EntityKind kind, const StreamPartition& partition,
                                       std::span<const std::int64_t> ids) {
    const std::lock_guard lock(mutex_);
    if (fails()) return fail(ErrorCode::kUnavailable, "no answer");
    std::map<std::int64_t, RunningRow> newest;
    for (const auto& [key, row] : rows_[static_cast<std::size_t>(kind)])
      if (row.partition == partition.partition && std::ranges::find(ids, row.id) != ids.end() &&
          row.last_offset > newest[row.id].last_offset)
        newest[row.id] = row;
    std::vector<RunningRow> found;
    for (const auto& [id, row] : newest)
      if (row.last_offset >= 0) found.push_back(row);
    return found;
  }
  Status write(EntityKind kind, std::span<const RunningRow> rows) {
    const std::lock_guard lock(mutex_);
    if (fails()) return fail(ErrorCode::kUnavailable, "no answer");
    for (const RunningRow& row : rows)
      rows_[static_cast<std::size_t>(kind)][{row.id, row.partition, row.writer}] = row;
    return {};
  }

  mutable std::mutex mutex_;
  std::array<std::map<std::tuple<std::int64_t, std::int32_t, std::string>, RunningRow>, 2> rows_;
};

constexpr std::int32_t kPartitions = 3;

// What all consumers of a test share.
struct World {
  SimulatedTopic topic{kPartitions};
  MemoryStore store;
  RunningTables tables;
  Config config;
  SystemClock clock;
  int writers = 0;
};

// A process that consumes; killed when destroyed.
struct Process {
  explicit Process(World& world)
      : member(world.topic),
        bronze(world.store, world.config.bronze, 2),
        running(world.tables.outlet(), {.flush_every = milliseconds(1), .cached_rows = 20},
                [&world] { return fmt::format("writer {}", ++world.writers); }),
        consumer(member, bronze, &running, world.config, world.clock) {
    EXPECT_TRUE(consumer.run_once(milliseconds(0)));
  }
  SimulatedMember member;
  BronzeWriter bronze;
  RunningWriter running;
  LakeConsumer consumer;
};

std::string made_up_event(std::mt19937_64& random) {
  if (random() % 12 == 0) return "{";
  return fmt::format(
      R"({{"user_id": {}, "movie_id": {}, "rating": {}, "timestamp": "2023-11-{:02}T10:00:00Z"}})",
      1 + random() % 15, 1 + random() % 10, 0.5 * static_cast<double>(1 + random() % 10),
      1 + random() % 3);
}

std::vector<OffsetRange> everything() {
  std::vector<OffsetRange> ranges;
  for (std::int32_t p = 0; p < kPartitions; ++p) ranges.push_back({"user-events", p, 0, INT64_MAX});
  return ranges;
}

void expect_everything_once(World& world) {
  std::map<Provenance, Rating> produced, read;
  std::array<std::map<std::int64_t, FeatureSums>, 2> sums;
  for (const auto& log : world.topic.records)
    for (const StreamRecord& record : log) {
      const auto event = parse_rating_event(record.value, record.record_time, world.config.events);
      if (!event) continue;
      const Rating rating{event->user, event->movie, static_cast<float>(event->rating),
                          *event->timestamp};
      produced[{SourceKind::kStream, record.topic, record.partition, record.offset}] = rating;
      sums[0][rating.user].add(rating.value, rating.time);
      sums[1][rating.movie].add(rating.value, rating.time);
    }
  const Status status =
      read_bronze(world.store, everything(), world.config.events, 1,
                  [&](std::span<const BronzeEvent> events) -> Status {
                    for (const BronzeEvent& event : events)
                      EXPECT_TRUE(read.emplace(event.source, event.rating).second);
                    return {};
                  });
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(read, produced);
  EXPECT_EQ(world.tables.sums(EntityKind::kUser), sums[0]);
  EXPECT_EQ(world.tables.sums(EntityKind::kMovie), sums[1]);
}

void expect_everything_committed(const World& world) {
  for (std::size_t p = 0; p < kPartitions; ++p)
    EXPECT_EQ(world.topic.committed[p], std::ssize(world.topic.records[p])) << "partition " << p;
}

TEST(LakeConsumer, EndsWithEverythingDurableAndCommitted) {
  World world;
  std::mt19937_64 random(1);
  for (int k = 0; k < 500; ++k)
    world.topic.produce(static_cast<std::int32_t>(random() % kPartitions), made_up_event(random));
  Process process(world);
  for (std::int32_t p = 0; p < kPartitions; ++p) process.member.assign(p);
  const auto counts = process.consumer.run({}, milliseconds(20));
  ASSERT_TRUE(counts) << counts.error().message();
  EXPECT_EQ(counts->events, 500);
  EXPECT_EQ(counts->ratings + counts->dead_letters, 500);
  expect_everything_once(world);
  expect_everything_committed(world);
}

TEST(LakeConsumer, CommitsNothingThatIsNotDurable) {
  World world;
  world.config.bronze.max_events_per_object = 1;
  world.store.before_put = [](int, std::string_view) -> Status {
    return fail(ErrorCode::kUnavailable, "no answer");
  };
  std::mt19937_64 random(1);
  for (int k = 0; k < 50; ++k) world.topic.produce(0, made_up_event(random));
  Process process(world);
  process.member.assign(0);
  for (int k = 0; k < 20; ++k) ASSERT_TRUE(process.consumer.run_once(milliseconds(1)));
  EXPECT_EQ(world.topic.committed[0], 0);
}

TEST(LakeConsumer, HoldsBackWhileNothingBecomesDurable) {
  World world;
  world.config.ingest.max_inflight_bytes = 1000;
  world.config.stream.batch_events = 5;
  world.store.before_put = [](int, std::string_view) -> Status {
    return fail(ErrorCode::kUnavailable, "no answer");
  };
  std::mt19937_64 random(1);
  for (int k = 0; k < 200; ++k) world.topic.produce(0, made_up_event(random));
  Process process(world);
  process.member.assign(0);
  for (int k = 0; k < 200; ++k) ASSERT_TRUE(process.consumer.run_once(milliseconds(0)));
  EXPECT_TRUE(process.member.paused);
  EXPECT_LT(process.bronze.inflight_bytes(), 3000);
}

TEST(LakeConsumer, HeldBackItDoesNotWaitForTheAgeOfOpenObjects) {
  World world;
  world.config.ingest.max_inflight_bytes = 1000;
  world.config.stream.batch_events = 5;
  world.config.bronze.max_object_age = world.config.bronze.max_silence = 3600;
  std::mt19937_64 random(1);
  for (int k = 0; k < 200; ++k) world.topic.produce(0, made_up_event(random));
  Process process(world);
  process.member.assign(0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (world.topic.committed[0] < 150 && std::chrono::steady_clock::now() < deadline) {
    ASSERT_TRUE(process.consumer.run_once(milliseconds(0)));
    std::this_thread::sleep_for(milliseconds(1));  // uploads have threads of their own
  }
  EXPECT_GE(world.topic.committed[0], 150);
}

TEST(LakeConsumer, CommitsWhatItHandsOverWhenBrokersComeBackInTime) {
  World world;
  world.topic.produce(0, R"({"user_id": 1, "movie_id": 2, "rating": 3})");
  Process process(world);
  process.member.assign(0);
  ASSERT_TRUE(process.consumer.run_once(milliseconds(0)));
  world.topic.refusals = 2;
  process.member.revoke(0);
  EXPECT_EQ(world.topic.committed[0], 1);
  EXPECT_EQ(world.topic.refusals, 0);
}

TEST(LakeConsumer, SettlesEverythingWhileItIsStillAMember) {
  World world;
  for (int k = 0; k < 50; ++k)
    world.topic.produce(0, R"({"user_id": 1, "movie_id": 2, "rating": 3})");
  Process process(world);
  process.member.assign(0);
  process.member.on_close = [&] { EXPECT_EQ(world.topic.committed[0], 50); };
  ASSERT_TRUE(process.consumer.run({}, milliseconds(5)));
  EXPECT_FALSE(process.member.on_close) << "it was closed";
}

TEST(LakeConsumer, CommitsOnceASecondWhileEventsKeepComing) {
  World world;
  world.config.bronze.max_events_per_object = 1;
  world.config.stream.batch_events = 1;
  Process process(world);
  process.member.assign(0);
  const auto begin = std::chrono::steady_clock::now();
  for (int k = 0; k < 200; ++k) {
    world.topic.produce(0, R"({"user_id": 1, "movie_id": 2, "rating": 3})");
    ASSERT_TRUE(process.consumer.run_once(milliseconds(0)));
    std::this_thread::sleep_for(milliseconds(1));  // one more object is durable by now
  }
  const auto seconds =
      std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
  EXPECT_LE(world.topic.commits, seconds.count() + 1);
  ASSERT_TRUE(process.consumer.run({}, milliseconds(5)));
  EXPECT_EQ(world.topic.committed[0], 200);
}

TEST(RunningWriter, HasNoRoomWhileTablesDoNotAnswer) {
  RunningTables tables;
  std::atomic<bool> trouble = true;
  tables.fails = [&] { return trouble.load(); };
  RunningWriter writer(tables.outlet(), {.flush_every = milliseconds(1), .waiting_events = 10},
                       [] { return "writer"; });
  const StreamPartition partition{"user-events", 0};
  const auto add = [&](std::int64_t offset) {
    writer.add({{partition, offset, Rating{1 + offset, 2, 3, 0}}});
  };
  for (std::int64_t offset = 0; offset < 9; ++offset) add(offset);
  EXPECT_TRUE(writer.wait_for_room(milliseconds(0)));
  for (std::int64_t offset = 9; offset < 12; ++offset) add(offset);
  EXPECT_FALSE(writer.wait_for_room(milliseconds(5)));
  trouble = false;
  EXPECT_TRUE(writer.wait_for_room(std::chrono::seconds(30)));
}

// Consumers that come, go, are killed, are fenced off while they still write, over a store and
// tables that fail now and then.
class LakeConsumerSimulation : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override {
    world_.config.bronze.max_events_per_object = 1 + static_cast<std::int64_t>(random_() % 9);
    world_.config.stream.batch_events = 1 + static_cast<std::int64_t>(random_() % 20);
    world_.store.before_put = [this](int, std::string_view) -> Status {
      if (trouble_ && coin_()) return fail(ErrorCode::kUnavailable, "no answer");
      return {};
    };
    world_.tables.fails = [this] { return trouble_ && coin_(); };
    for (auto& process : processes_) process = std::make_unique<Process>(world_);
  }
  std::unique_ptr<Process>& any() { return processes_[random_() % processes_.size()]; }

  void take_from_all(std::int32_t partition, bool politely) {
    for (const auto& process : processes_) {
      if (!process->member.holds(partition)) continue;
      if (politely && process->member.knows_its_fences())
        process->member.revoke(partition);
      else
        process->member.fence(partition);
    }
  }
  void rebalance() {
    const auto partition = static_cast<std::int32_t>(random_() % kPartitions);
    take_from_all(partition, random_() % 2 == 0);
    Process& next = *any();
    if (!next.member.holds(partition)) next.member.assign(partition);
  }
  void kill() {
    auto& process = any();
    process = nullptr;
    process = std::make_unique<Process>(world_);
  }
  void act() {
    switch (random_() % 8) {
      case 0:
        return rebalance();
      case 1:
        if (random_() % 4 == 0) kill();
        return;
      case 2:
      case 3:
        for (int k = 0; k < 10; ++k)
          world_.topic.produce(static_cast<std::int32_t>(random_() % kPartitions),
                               made_up_event(random_));
        return;
      default:
        (void)any()->consumer.run_once(milliseconds(0));
    }
  }
  void finish() {
    trouble_ = false;
    for (std::int32_t p = 0; p < kPartitions; ++p) take_from_all(p, false);
    for (auto& process : processes_) (void)process->consumer.run_once(milliseconds(0));
    for (std::int32_t p = 0; p < kPartitions; ++p) any()->member.assign(p);
    for (auto& process : processes_) {
      const auto counts = process->consumer.run({}, milliseconds(5));
      ASSERT_TRUE(counts) << counts.error().message();
    }
  }

  World world_;
  std::mt19937_64 random_{GetParam()};
  std::atomic<bool> trouble_ = true;
  std::atomic<std::uint32_t> tosses_ = 0;
  std::function<bool()> coin_ = [this] { return ++tosses_ % 7 == 0; };
  std::array<std::unique_ptr<Process>, 2> processes_;
};

TEST_P(LakeConsumerSimulation, EverythingIsThereOnce) {
  for (int k = 0; k < 150; ++k) act();
  finish();
  expect_everything_once(world_);
  expect_everything_committed(world_);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LakeConsumerSimulation, testing::Range<std::uint64_t>(0, 12));

}  // namespace
}  // namespace marquee
