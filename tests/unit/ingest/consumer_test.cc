#include "ingest/consumer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace marquee {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// A stream in memory with one partition, that can be told to fail.
class MemorySource final : public EventSource {
 public:
  explicit MemorySource(std::vector<std::string> events) : events_(std::move(events)) {}

  Result<std::vector<Partition>> partitions() override {
    return std::vector<Partition>{{"user-events", 0}};
  }
  Status seek(const Partition&, std::int64_t offset) override {
    next_ = std::max(offset, first_kept_);
    return {};
  }
  Result<std::vector<StreamRecord>> poll(std::size_t limit, milliseconds) override {
    if (failures_ > 0 && failures_-- > 0)
      return fail(ErrorCode::kUnavailable, "the stream is away");
    std::vector<StreamRecord> records;
    for (; records.size() < limit && next_ < static_cast<std::int64_t>(events_.size()); ++next_)
      records.push_back(
          {"user-events", 0, next_, 1'000'000 + next_, events_[static_cast<std::size_t>(next_)]});
    return records;
  }
  Status acknowledge(const Partition&, std::int64_t next_offset) override {
    acknowledged_ = next_offset;
    return {};
  }
  std::int64_t acknowledged() const { return acknowledged_; }
  void fail_next(int times) { failures_ = times; }
  void forget_before(std::int64_t offset) { first_kept_ = offset; }

 private:
  std::vector<std::string> events_;
  std::int64_t next_ = 0;
  std::int64_t first_kept_ = 0;
  std::int64_t acknowledged_ = 0;
  int failures_ = 0;
};

std::vector<std::string> some_events(int count) {
  std::vector<std::string> events;
  for (int k = 0; k < count; ++k) {
    if (k % 10 == 7)
      events.push_back("not json");
    else
      events.push_back(R"({"user_id":)" + std::to_string(1 + k % 5) + R"(,"movie_id":)" +
                       std::to_string(1 + k % 8) + R"(,"rating":)" + std::to_string(1 + k % 5) +
                       "}");
  }
  return events;
}

class ConsumerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "consumer_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    config_.stream.batch_events = 7;
  }
  void TearDown() override { fs::remove_all(folder_); }
  RatingStore open(const std::string& name) const {
    return *RatingStore::open(folder_ / name, sqlite::Access::kReadWrite);
  }
  static std::vector<Rating> ratings(RatingStore& store) {
    return *store.read_ratings(*store.snapshot());
  }

  fs::path folder_;
  Config config_;
};

TEST_F(ConsumerTest, AppliesEveryEventOnceAndSetsBadOnesAside) {
  MemorySource source(some_events(100));
  RatingStore store = open("a");
  const auto counts = Consumer(source, store, config_).run({}, milliseconds(1));
  ASSERT_TRUE(counts) << counts.error().message();
  EXPECT_EQ(counts->events, 100);
  EXPECT_EQ(counts->dead_letters, 10);
  EXPECT_EQ(store.snapshot()->dead_letters, 10);
  EXPECT_EQ(store.snapshot()->offsets.at(0).next_offset, 100);
  EXPECT_EQ(source.acknowledged(), 100);
  EXPECT_EQ(store.dead_letter_counts()->at(0).reason, "malformed_json");

  const auto again = Consumer(source, store, config_).run({}, milliseconds(1));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->events, 0) << "a restart goes on where the store stands";
}

TEST_F(ConsumerTest, TheRecordTimeStandsInForAMissingTimestamp) {
  MemorySource source({R"({"user_id":1,"movie_id":2,"rating":3})"});
  RatingStore store = open("a");
  ASSERT_TRUE(Consumer(source, store, config_).run_once(milliseconds(0)));
  EXPECT_EQ(ratings(store), (std::vector<Rating>{{1, 2, 3, 1'000'000}}));
}

TEST_F(ConsumerTest, TwoConsumersApplyEachEventOnce) {
  MemorySource first(some_events(60)), second(some_events(60)), alone(some_events(60));
  RatingStore store = open("shared"), other = open("shared"), reference = open("reference");
  Consumer a(first, store, config_), b(second, other, config_);
  std::int64_t events = 0;
  for (int round = 0; round < 20; ++round) {
    events += a.run_once(milliseconds(0))->events;
    events += b.run_once(milliseconds(0))->events;
  }
  ASSERT_TRUE(Consumer(alone, reference, config_).run({}, milliseconds(1)));
  EXPECT_EQ(events, 60);
  EXPECT_EQ(ratings(store), ratings(reference));
  EXPECT_EQ(store.user_features(2)->value(), reference.user_features(2)->value());
}

TEST_F(ConsumerTest, AnErrorLosesNothing) {
  MemorySource source(some_events(30));
  RatingStore store = open("a");
  Consumer consumer(source, store, config_);
  ASSERT_TRUE(consumer.run_once(milliseconds(0)));
  source.fail_next(1);
  EXPECT_FALSE(consumer.run_once(milliseconds(0)));
  const auto rest = consumer.run({}, milliseconds(1));
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->events, 23);
}

TEST_F(ConsumerTest, GivesUpOnlyWhenAskedToExit) {
  MemorySource source(some_events(5));
  RatingStore store = open("a");
  source.fail_next(1'000'000);
  const auto counts = Consumer(source, store, config_).run({}, milliseconds(1));
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, ErrorCode::kUnavailable);
}

TEST_F(ConsumerTest, StopsWhenAsked) {
  MemorySource source(some_events(5));
  RatingStore store = open("a");
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(50));
    stop.request_stop();
  });
  const auto counts = Consumer(source, store, config_).run(stop.get_token(), milliseconds(0));
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->events, 5);
}

TEST_F(ConsumerTest, GoesOnBehindEventsThatAreNoLongerThere) {
  MemorySource source(some_events(20));
  source.forget_before(12);
  RatingStore store = open("a");
  const auto counts = Consumer(source, store, config_).run({}, milliseconds(1));
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->events, 8);
}

}  // namespace
}  // namespace marquee
