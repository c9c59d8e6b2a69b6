#include "lake/bronze_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "lake/zstd_bytes.h"
#include "tests/unit/lake/bronze_fixture.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr seconds kLong(20);

class BronzeWriterTest : public testing::Test {
 protected:
  std::string key(std::int64_t first, std::int64_t last, std::string_view date = "2025-03-15") {
    return fmt::format("bronze/user-events/date={}/event_user-events-0-{:020}-{:020}.json", date,
                       first, last);
  }
  Status wait(BronzeWriter& writer) { return writer.wait_durable(partitions_, kLong); }

  MemoryStore store_;
  BronzeOptions options_;
  const StreamPartition zero_{std::string(kTopic), 0};
  const StreamPartition one_{std::string(kTopic), 1};
  const std::vector<StreamPartition> partitions_{zero_, one_};
};

TEST_F(BronzeWriterTest, CollectsByDateAndNamesFirstAndLast) {
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  add(writer, event_at(0, 3));
  add(writer, event_at(0, 4, "2025-03-14"));
  add(writer, event_at(0, 5));
  ASSERT_TRUE(wait(writer));
  EXPECT_THAT(store_.keys(), ElementsAre(key(4, 4, "2025-03-14"), key(3, 5)));
  EXPECT_THAT(offsets_of(read_all(store_)), ElementsAre(3, 4, 5));
}

TEST_F(BronzeWriterTest, DeadLettersHaveAPlaceOfTheirOwn) {
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  add(writer, record_at(0, 7, "{"));
  add(writer, event_at(0, 8));
  ASSERT_TRUE(wait(writer));
  EXPECT_THAT(store_.keys(),
              ElementsAre("bronze/dead-letter/date=2025-03-15/"
                          "dead_user-events-0-00000000000000000007-00000000000000000007.json",
                          key(8, 8)));
  EXPECT_THAT(store_.get(store_.keys()[0]).value(), HasSubstr(R"("reason":"malformed_json")"));
}

TEST_F(BronzeWriterTest, ClosesByCountAndBytes) {
  options_.max_events_per_object = 2;
  {
    BronzeWriter writer(store_, options_, 1, kAtOnce);
    for (int k = 0; k < 5; ++k) add(writer, event_at(0, k));
    ASSERT_TRUE(wait(writer));
  }
  EXPECT_THAT(store_.keys(), ElementsAre(key(0, 1), key(2, 3), key(4, 4)));
  options_.max_bytes_per_object = 1;
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  add(writer, event_at(0, 5));
  add(writer, event_at(0, 6));
  while (writer.durable_offset(zero_) != 7) std::this_thread::yield();
  EXPECT_THAT(store_.keys(), SizeIs(5));
}

TEST_F(BronzeWriterTest, ClosesWhatAPartitionThatFellSilentHasOpen) {
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  const auto start = steady_clock::now() + seconds(1);
  writer.close_due(start);
  add(writer, event_at(0, 0));
  writer.close_due(start + seconds(5));
  add(writer, event_at(0, 1, "2025-03-14"));
  writer.close_due(start + seconds(14));
  EXPECT_EQ(writer.durable_offset(zero_), 0) << "nine seconds after the last event";
  writer.close_due(start + seconds(15));
  while (writer.durable_offset(zero_) != 2) std::this_thread::yield();
  EXPECT_THAT(store_.keys(), SizeIs(2)) << "whatever their dates";
}

TEST_F(BronzeWriterTest, ClosesByAgeFromTheFirstEvent) {
  options_.max_silence = 3600;
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  const auto start = steady_clock::now() + seconds(1);
  writer.close_due(start);
  add(writer, event_at(0, 0));
  writer.close_due(start + seconds(30));
  add(writer, event_at(0, 1, "2025-03-14"));
  writer.close_due(start + seconds(59));
  EXPECT_EQ(writer.durable_offset(zero_), 0);
  writer.close_due(start + seconds(60));
  while (writer.durable_offset(zero_) != 1) std::this_thread::yield();
  EXPECT_THAT(store_.keys(), ElementsAre(key(0, 0)));
  writer.close_due(start + seconds(90));
  while (writer.durable_offset(zero_) != 2) std::this_thread::yield();
}

TEST_F(BronzeWriterTest, ManyOpenDatesAreBoundedInBytes) {
  options_.max_bytes_per_object = 1000;
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  const TimeMicros start = parse_timestamp("2000-01-01").value();
  for (int k = 0; k < 3000; ++k)
    add(writer, event_at(0, k, format_date(start + k % 300 * 86'400 * kMicrosPerSecond)));
  // What is left open; the rest is on its way by itself, without any closing.
  while (writer.inflight_bytes() > 4 * options_.max_bytes_per_object) std::this_thread::yield();
  ASSERT_TRUE(wait(writer));
  EXPECT_EQ(writer.inflight_bytes(), 0);
  EXPECT_THAT(offsets_of(read_all(store_)), SizeIs(3000));
}

TEST_F(BronzeWriterTest, TheDurableOffsetIsTheLowestThatIsMissing) {
  std::promise<void> may_go;
  auto gate = may_go.get_future().share();
  store_.before_put = [&](int, std::string_view name) -> Status {
    if (name == key(1, 1, "2025-03-14")) gate.wait();
    return {};
  };
  options_.max_events_per_object = 1;
  BronzeWriter writer(store_, options_, 2, kAtOnce);
  EXPECT_EQ(writer.durable_offset(zero_), std::nullopt);
  add(writer, event_at(0, 0));
  while (writer.durable_offset(zero_) != 1) std::this_thread::yield();
  add(writer, event_at(0, 1, "2025-03-14"));
  add(writer, event_at(0, 2));
  writer.pass_over(event_at(0, 3));
  EXPECT_EQ(writer.wait_durable(partitions_, milliseconds(20)).error().code,
            ErrorCode::kUnavailable);
  EXPECT_EQ(writer.durable_offset(zero_), 1);
  EXPECT_EQ(writer.durable_offset(one_), std::nullopt);
  may_go.set_value();
  ASSERT_TRUE(wait(writer));
  EXPECT_EQ(writer.durable_offset(zero_), 4);
}

TEST_F(BronzeWriterTest, PassedOverOffsetsWaitForThoseBelow) {
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  writer.pass_over(event_at(0, 0));
  EXPECT_EQ(writer.durable_offset(zero_), 1);
  add(writer, event_at(0, 1));
  writer.pass_over(event_at(0, 2));
  EXPECT_EQ(writer.durable_offset(zero_), 1);
  ASSERT_TRUE(wait(writer));
  EXPECT_EQ(writer.durable_offset(zero_), 3);
}

TEST_F(BronzeWriterTest, RetriesForEverAndTellsWhileItFails) {
  std::atomic<bool> is_down = true;
  store_.before_put = [&](int number, std::string_view) -> Status {
    if (!is_down) return {};
    return number % 2 == 0 ? Status(fail(ErrorCode::kIo, "no space"))
                           : fail(ErrorCode::kUnavailable, "down");
  };
  BronzeWriter writer(store_, options_, 2, kAtOnce);
  add(writer, event_at(0, 0));
  add(writer, event_at(1, 0));
  const Status waited = writer.wait_durable(partitions_, milliseconds(150));
  ASSERT_FALSE(waited);
  EXPECT_THAT(waited.error().what, testing::AnyOf(HasSubstr("no space"), HasSubstr("down")));
  EXPECT_TRUE(writer.last_failure());
  EXPECT_GT(writer.inflight_bytes(), 0);
  is_down = false;
  ASSERT_TRUE(wait(writer));
  EXPECT_FALSE(writer.last_failure());
  EXPECT_EQ(writer.inflight_bytes(), 0);
}

TEST_F(BronzeWriterTest, ALostAnswerIsNoSecondObject) {
  store_.loses_answer = [](int number) { return number == 1; };
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  add(writer, event_at(0, 0));
  ASSERT_TRUE(wait(writer));
  EXPECT_THAT(store_.keys(), ElementsAre(key(0, 0)));
}

TEST_F(BronzeWriterTest, AConflictWithoutAnObjectIsTriedAgain) {
  store_.before_put = [](int number, std::string_view) -> Status {
    return number == 1 ? Status(fail(ErrorCode::kConflict, "somebody is writing it")) : Status{};
  };
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  add(writer, event_at(0, 0));
  ASSERT_TRUE(wait(writer));
  EXPECT_THAT(offsets_of(read_all(store_)), ElementsAre(0));
}

TEST_F(BronzeWriterTest, WhatIsThereAlreadyIsNeverOverwritten) {
  ASSERT_TRUE(store_.put(key(0, 0), "of another time"));
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  add(writer, event_at(0, 0));
  ASSERT_TRUE(wait(writer));
  EXPECT_EQ(store_.get(key(0, 0)), "of another time");
  EXPECT_EQ(writer.durable_offset(zero_), 1);
}

TEST_F(BronzeWriterTest, DroppingForgetsOnePartitionOnly) {
  std::atomic<bool> is_down = true;
  store_.before_put = [&](int, std::string_view) -> Status {
    return is_down ? Status(fail(ErrorCode::kUnavailable, "down")) : Status{};
  };
  options_.max_events_per_object = 2;
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  for (int k = 0; k < 5; ++k) add(writer, event_at(0, k));  // one tried, one queued, one open
  add(writer, event_at(1, 0));
  while (!writer.last_failure()) std::this_thread::yield();
  writer.drop(zero_);
  EXPECT_EQ(writer.durable_offset(zero_), std::nullopt);
  is_down = false;
  add(writer, event_at(0, 2));
  ASSERT_TRUE(wait(writer));
  EXPECT_EQ(writer.durable_offset(zero_), 3);
  EXPECT_EQ(writer.durable_offset(one_), 1);
  EXPECT_EQ(writer.inflight_bytes(), 0);
  EXPECT_FALSE(writer.last_failure());
  EXPECT_THAT(offsets_of(read_all(store_)), ElementsAre(2, 0));
}

TEST_F(BronzeWriterTest, AnUploadThatEndsAfterItsDropCountsForNobody) {
  std::promise<void> may_go[2], has_begun[2];
  store_.before_put = [&](int number, std::string_view) -> Status {
    if (number <= 2) {
      has_begun[number - 1].set_value();
      may_go[number - 1].get_future().wait();
    }
    return {};
  };
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  add(writer, event_at(0, 0));
  writer.close_all();
  has_begun[0].get_future().wait();
  writer.drop(zero_);
  add(writer, event_at(0, 0));
  add(writer, event_at(0, 1));
  writer.close_all();
  may_go[0].set_value();
  has_begun[1].get_future().wait();  // the only thread is done with the first
  EXPECT_THAT(store_.keys(), ElementsAre(key(0, 0)));
  EXPECT_EQ(writer.durable_offset(zero_), 0);
  may_go[1].set_value();
  ASSERT_TRUE(wait(writer));
  EXPECT_EQ(writer.durable_offset(zero_), 2);
  EXPECT_THAT(offsets_of(read_all(store_)), ElementsAre(0, 1));
}

TEST_F(BronzeWriterTest, CompressesEventsButNotDeadLetters) {
  options_.compression = "zstd";
  BronzeWriter writer(store_, options_, 1, kAtOnce);
  add(writer, event_at(0, 0));
  add(writer, record_at(0, 1, "{"));
  ASSERT_TRUE(wait(writer));
  ASSERT_THAT(store_.keys(), SizeIs(2));
  EXPECT_TRUE(store_.keys()[0].ends_with(".json"));
  ASSERT_EQ(store_.keys()[1], key(0, 0) + ".zst");
  const std::string packed = store_.get(store_.keys()[1]).value();
  EXPECT_THAT(lake::zstd_decompressed(packed, "").value(), HasSubstr(R"("user_id":1,)"));
}

TEST_F(BronzeWriterTest, DestroyingItWhileTheStoreIsDownDoesNotHang) {
  store_.before_put = [](int, std::string_view) -> Status {
    return fail(ErrorCode::kUnavailable, "down");
  };
  const auto start = steady_clock::now();
  {
    BronzeWriter writer(store_, options_, 3, kAtOnce);
    add(writer, event_at(0, 0));
    writer.close_all();
    while (store_.puts() < 3) std::this_thread::yield();
  }
  EXPECT_LT(steady_clock::now() - start, seconds(20));
  EXPECT_THAT(store_.keys(), IsEmpty());
}

// The n-th put fails, for every n: nothing is lost and nothing is double.
TEST_F(BronzeWriterTest, NoSinglePutThatFailsLosesAnything) {
  options_.max_events_per_object = 3;
  for (int failing = 1;; ++failing) {
    MemoryStore store;
    store.before_put = [&](int number, std::string_view) -> Status {
      return number == failing ? Status(fail(ErrorCode::kIo, "this one fails")) : Status{};
    };
    BronzeWriter writer(store, options_, 2, kAtOnce);
    for (int k = 0; k < 10; ++k) {
      add(writer, event_at(0, k, k % 4 == 0 ? "2025-03-14" : "2025-03-15"));
      add(writer, k % 3 == 0 ? record_at(1, k, "{") : event_at(1, k));
    }
    ASSERT_TRUE(wait(writer));
    EXPECT_THAT(offsets_of(read_all(store)),
                ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 4, 5, 7, 8));
    EXPECT_EQ(writer.durable_offset(zero_), 10);
    if (store.puts() < failing) break;
  }
}

}  // namespace
}  // namespace marquee
