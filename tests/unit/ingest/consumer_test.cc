#include "ingest/consumer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace marquee {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// A stream in memory that can be told to fail and to move partitions about.
class MemorySource final : public EventSource {
 public:
  explicit MemorySource(std::vector<std::string> events)
      : MemorySource(std::vector<std::vector<std::string>>{std::move(events)}) {}
  explicit MemorySource(std::vector<std::vector<std::string>> partitions) {
    for (std::vector<std::string>& events : partitions) {
      to_assign_.push_back({"user-events", static_cast<std::int32_t>(partitions_.size())});
      partitions_.push_back({.events = std::move(events)});
    }
  }

  Status subscribe(PartitionOwner& owner) override {
    owner_ = &owner;
    return {};
  }
  Result<std::vector<StreamRecord>> poll(std::size_t limit, milliseconds) override {
    if (failures_ > 0 && failures_-- > 0) return fail(failure_, "the stream is away");
    MARQUEE_TRY(assign_waiting());
    std::vector<StreamRecord> records;
    for (const StreamPartition& key : assigned_) {
      Partition& from = partitions_[static_cast<std::size_t>(key.partition)];
      from.next = std::max(from.next, first_kept_);
      for (; records.size() < limit && from.next < std::ssize(from.events); ++from.next)
        records.push_back({key.topic, key.partition, from.next, 1'000'000 + from.next,
                           from.events[static_cast<std::size_t>(from.next)]});
    }
    at_end_ = records.empty() && end_is_seen_;
    return records;
  }
  Status seek(const StreamPartition& key, std::int64_t offset) override {
    partitions_[static_cast<std::size_t>(key.partition)].next = offset;
    return {};
  }
  Status acknowledge(const StreamPartition& key, std::int64_t next_offset) override {
    if (std::ranges::find(assigned_, key) == assigned_.end())
      return fail(ErrorCode::kNotFound, "not assigned");
    ++acknowledgements_;
    if (silent_) return fail(ErrorCode::kUnavailable, "the stream is silent");
    partitions_[static_cast<std::size_t>(key.partition)].acknowledged = next_offset;
    return {};
  }
  void pause(bool) override {}
  bool at_end() const override { return at_end_; }
  Status close() override {
    const Status done = owner_->on_revoked(assigned_);
    assigned_.clear();
    return done;
  }

  std::int64_t acknowledged(int partition = 0) const {
    return partitions_[static_cast<std::size_t>(partition)].acknowledged;
  }
  void fail_next(int times, ErrorCode failure = ErrorCode::kUnavailable) {
    failures_ = times;
    failure_ = failure;
  }
  void fall_silent() { silent_ = true; }
  int acknowledgements() const { return acknowledgements_; }
  void forget_before(std::int64_t offset) { first_kept_ = offset; }
  void hide_end(bool hidden) { end_is_seen_ = !hidden; }
  void revoke(std::int32_t partition) {
    const StreamPartition key{"user-events", partition};
    ASSERT_TRUE(owner_->on_revoked({&key, 1}));
    std::erase(assigned_, key);
  }
  void lose(std::int32_t partition) {
    const StreamPartition key{"user-events", partition};
    owner_->on_lost({&key, 1});
    std::erase(assigned_, key);
  }
  void give(std::int32_t partition) { to_assign_.push_back({"user-events", partition}); }

 private:
  struct Partition {
    std::vector<std::string> events;
    std::int64_t next = 0;
    std::int64_t acknowledged = 0;
  };
  Status assign_waiting() {
    if (to_assign_.empty()) return {};
    MARQUEE_ASSIGN(const auto offsets, owner_->on_assigned(to_assign_));
    for (std::size_t k = 0; k < to_assign_.size(); ++k)
      MARQUEE_TRY(seek(to_assign_[k], offsets[k].value_or(0)));
    assigned_.insert(assigned_.end(), to_assign_.begin(), to_assign_.end());
    to_assign_.clear();
    return {};
  }

  std::vector<Partition> partitions_;
  std::vector<StreamPartition> to_assign_, assigned_;
  PartitionOwner* owner_ = nullptr;
  std::int64_t first_kept_ = 0;
  int acknowledgements_ = 0;
  bool silent_ = false;
  int failures_ = 0;
  ErrorCode failure_ = ErrorCode::kUnavailable;
  std::atomic<bool> end_is_seen_ = true;
  bool at_end_ = false;
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

  MemorySource same(some_events(100));
  const auto again = Consumer(same, store, config_).run({}, milliseconds(1));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->events, 0) << "a restart goes on where the store stands";
  EXPECT_EQ(same.acknowledged(), 100) << "a kill may have kept it from being told";
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

TEST_F(ConsumerTest, APartitionThatComesBackIsReadFromWhereTheStoreStands) {
  MemorySource source(std::vector{some_events(40), some_events(40)});
  RatingStore store = open("a"), other = open("a");
  config_.stream.batch_events = 30;
  Consumer consumer(source, store, config_);
  ASSERT_TRUE(consumer.run_once(milliseconds(0)));  // 30 of partition 0
  source.revoke(0);
  EXPECT_EQ(source.acknowledged(0), 30) << "handed over with what was applied";
  auto writer = other.write();  // meanwhile another applies up to 38
  ASSERT_TRUE(writer->set_next_offset("user-events", 0, 38));
  ASSERT_TRUE(writer->commit());
  source.give(0);
  const auto rest = consumer.run({}, milliseconds(1));
  ASSERT_TRUE(rest) << rest.error().message();
  EXPECT_EQ(rest->events, 40 + 2);
  EXPECT_EQ(source.acknowledged(0), 40);
  EXPECT_EQ(source.acknowledged(1), 40);
}

TEST_F(ConsumerTest, NothingIsAcknowledgedForALostPartition) {
  MemorySource source(some_events(20));
  RatingStore store = open("a");
  config_.stream.batch_events = 5;
  Consumer consumer(source, store, config_);
  ASSERT_TRUE(consumer.run_once(milliseconds(0)));
  source.lose(0);
  ASSERT_TRUE(consumer.close());
  EXPECT_EQ(source.acknowledged(), 0);
}

// Each acknowledgement waits for an answer, and whoever stops waits for all of them.
TEST_F(ConsumerTest, AsksASilentStreamOnceWhenPartitionsGo) {
  MemorySource source(std::vector{some_events(10), some_events(10), some_events(10)});
  RatingStore store = open("a");
  config_.stream.batch_events = 30;
  Consumer consumer(source, store, config_);
  ASSERT_TRUE(consumer.run_once(milliseconds(0)));
  source.fall_silent();
  EXPECT_FALSE(consumer.close());
  EXPECT_EQ(source.acknowledgements(), 1);
}

TEST_F(ConsumerTest, IdleCountsOnlyAtTheEnd) {
  MemorySource source(some_events(5));
  source.hide_end(true);
  RatingStore store = open("a");
  std::jthread late([&] {
    std::this_thread::sleep_for(milliseconds(50));
    source.hide_end(false);
  });
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(Consumer(source, store, config_).run({}, milliseconds(1)));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(45));
}

TEST_F(ConsumerTest, EndsWhenAnotherHasTakenItsPlace) {
  MemorySource source(some_events(5));
  RatingStore store = open("a");
  source.fail_next(1, ErrorCode::kConflict);
  const auto counts = Consumer(source, store, config_).run({}, milliseconds(0));
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, ErrorCode::kConflict);
}

TEST_F(ConsumerTest, OtherLinesOfAnAccessLogAreCountedAndPassedOver) {
  MemorySource source({"1970-01-01T00:00:00,123,GET /rate/456=4",
                       "1970-01-01T00:00:01,123,GET /data",
                       "1970-01-01T00:00:02,123,GET /rate/456=9"});
  config_.kafka.access_log_topic = "user-events";  // the topic of the source
  RatingStore store = open("a");
  const auto counts = Consumer(source, store, config_).run({}, milliseconds(1));
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->events, 3);
  EXPECT_EQ(counts->ratings, 1);
  EXPECT_EQ(counts->passed_over, 1);
  EXPECT_EQ(store.snapshot()->offsets.at(0).next_offset, 3);
  EXPECT_EQ(store.dead_letter_counts()->at(0).reason, "rating_out_of_range");
}

}  // namespace
}  // namespace marquee
