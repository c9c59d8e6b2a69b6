#include "lake/bronze_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/zstd_bytes.h"
#include "tests/unit/lake/bronze_fixture.h"

namespace marquee {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class BronzeReaderTest : public testing::Test {
 protected:
  // Offsets [first, end) of partition 0, so many an object.
  void write(std::int64_t first, std::int64_t end, std::int64_t events_per_object,
             const std::string& compression = "none") {
    BronzeOptions options;
    options.max_events_per_object = events_per_object;
    options.compression = compression;
    BronzeWriter writer(store_, options, 1);
    for (std::int64_t k = first; k < end; ++k) add(writer, event_at(0, k));
    const StreamPartition partition{std::string(kTopic), 0};
    ASSERT_TRUE(writer.wait_durable(std::span(&partition, 1), std::chrono::seconds(20)));
  }
  std::string only_key() {
    EXPECT_THAT(store_.keys(), SizeIs(1));
    return store_.keys().front();
  }
  Result<std::vector<BronzeEvent>> read_range(std::int64_t first, std::int64_t end) {
    const OffsetRange range{std::string(kTopic), 0, first, end};
    return read_all(store_, std::span(&range, 1));
  }
  void expect_corrupt(std::string_view words, std::string_view where) {
    const auto events = read_all(store_);
    ASSERT_FALSE(events);
    EXPECT_EQ(events.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(events.error().what, HasSubstr(std::string(words)));
    EXPECT_THAT(events.error().where, HasSubstr(std::string(where)));
  }

  MemoryStore store_;
};

TEST_F(BronzeReaderTest, AnEmptyLakeHasNoEvents) {
  EXPECT_THAT(offsets_of(read_all(store_)), IsEmpty());
}

TEST_F(BronzeReaderTest, GivesRangesToTheEventAndReadsNoOtherObjects) {
  write(0, 9, 3);
  EXPECT_THAT(offsets_of(read_range(4, 7)), ElementsAre(4, 5, 6));
  EXPECT_EQ(store_.gets.size(), 2);
  EXPECT_THAT(offsets_of(read_range(4, 4)), IsEmpty());
  const OffsetRange other[] = {{"other", 0, 0, 9}, {std::string(kTopic), 1, 0, 9}};
  EXPECT_THAT(offsets_of(read_all(store_, other)), IsEmpty());
  EXPECT_EQ(store_.gets.size(), 2);
}

TEST_F(BronzeReaderTest, OverlappingRangesGiveAnEventOnce) {
  write(0, 9, 100);
  const OffsetRange ranges[] = {{std::string(kTopic), 0, 0, 5}, {std::string(kTopic), 0, 3, 8}};
  EXPECT_THAT(offsets_of(read_all(store_, ranges)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST_F(BronzeReaderTest, WhatAReplayWroteAgainCountsOnce) {
  write(0, 9, 3);
  write(1, 8, 2, "zstd");
  write(0, 9, 100);
  EXPECT_THAT(offsets_of(read_all(store_, kEverything, 3)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
}

TEST_F(BronzeReaderTest, ChunksAreManyAndComeOneAtATime) {
  constexpr std::int64_t kEvents = 30'000;
  write(0, kEvents, 7000);
  std::atomic<int> inside = 0;
  std::int64_t events = 0;
  int chunks = 0;
  ASSERT_TRUE(read_bronze(store_, kEverything, EventOptions{}, 4, [&](auto chunk) -> Status {
    EXPECT_EQ(++inside, 1);
    events += std::ssize(chunk);
    ++chunks;
    --inside;
    return {};
  }));
  EXPECT_EQ(events, kEvents);
  EXPECT_GT(chunks, 5);
}

TEST_F(BronzeReaderTest, AnErrorOfTheTakerEndsIt) {
  write(0, 10, 1);
  int calls = 0;
  const Status status = read_bronze(store_, kEverything, EventOptions{}, 1, [&](auto) -> Status {
    return ++calls == 3 ? Status(fail(ErrorCode::kIo, "full")) : Status{};
  });
  EXPECT_EQ(status.error().what, "full");
  EXPECT_EQ(calls, 3);
}

TEST_F(BronzeReaderTest, NarrowerBoundsLeaveEventsOut) {
  write(0, 3, 100);
  EventOptions narrow;
  narrow.max_rating = 4.4;
  EXPECT_THAT(offsets_of(read_all(store_, kEverything, 1, narrow)), IsEmpty());
  narrow.max_rating = 4.5;
  EXPECT_THAT(offsets_of(read_all(store_, kEverything, 1, narrow)), SizeIs(3));
}

TEST_F(BronzeReaderTest, ACorruptLineIsNamed) {
  write(0, 4, 100);
  const std::string key = only_key();
  std::string lines = store_.get(key).value();
  lines[lines.find("\"user_id\":3") + 3] = '"';
  ASSERT_TRUE(store_.put(key, lines));
  expect_corrupt("JSON", "memory/" + key + ", line 3");
}

TEST_F(BronzeReaderTest, LostLinesAreNoticed) {
  write(0, 4, 100);
  const std::string key = only_key();
  const std::string lines = store_.get(key).value();
  ASSERT_TRUE(store_.put(key, ""));
  expect_corrupt("ends before offset 3", key);
  ASSERT_TRUE(store_.put(key, lines.substr(0, lines.size() / 2 - 3)));
  expect_corrupt("cut off", key);
  ASSERT_TRUE(store_.put(key, lines.substr(0, lines.rfind('\n', lines.size() - 2) + 1)));
  expect_corrupt("ends before offset 3", key);
  ASSERT_TRUE(store_.put(key, lines.substr(lines.find('\n') + 1)));
  expect_corrupt("offset 1 stands out of its order", key + ", line 1");
  ASSERT_TRUE(store_.put(key, lines + lines));
  expect_corrupt("offset 0 stands out of its order", key + ", line 5");
}

TEST_F(BronzeReaderTest, ADamagedZstdObjectIsNamed) {
  write(0, 4, 100, "zstd");
  const std::string key = only_key();
  std::string packed = store_.get(key).value();
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 1);
  ASSERT_TRUE(store_.put(key, packed));
  expect_corrupt("zstd", "memory/" + key);
}

TEST_F(BronzeReaderTest, AnEventObjectWithAnUnreadableNameIsNotPassedOver) {
  write(0, 1, 1);
  ASSERT_TRUE(store_.put("bronze/user-events/date=2025-03-15/_SUCCESS", ""));
  EXPECT_THAT(offsets_of(read_all(store_)), ElementsAre(0));
  ASSERT_TRUE(store_.put("bronze/user-events/date=2025-03-15/event_new-format.json", "{}\n"));
  expect_corrupt("name", "event_new-format.json");
}

TEST_F(BronzeReaderTest, AnObjectThatGoesAwayIsAnError) {
  write(0, 2, 1);
  class Forgetful final : public ObjectStore {
   public:
    explicit Forgetful(ObjectStore& store) : store_(store) {}
    Status put(std::string_view key, std::string_view bytes) override {
      return store_.put(key, bytes);
    }
    Result<std::string> put_if(std::string_view key, std::string_view bytes,
                               std::string_view version) override {
      return store_.put_if(key, bytes, version);
    }
    Result<std::string> get(std::string_view) override {
      return fail(ErrorCode::kNotFound, "gone");
    }
    Result<VersionedObject> get_versioned(std::string_view key) override {
      return store_.get_versioned(key);
    }
    Result<std::vector<ObjectInfo>> list(std::string_view prefix) override {
      return store_.list(prefix);
    }
    Status remove(std::string_view key) override { return store_.remove(key); }
    std::string name() const override { return "forgetful"; }

   private:
    ObjectStore& store_;
  } forgetful(store_);
  EXPECT_EQ(read_all(forgetful).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace marquee
