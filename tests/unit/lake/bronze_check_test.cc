#include "lake/bronze_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/import_events.h"
#include "tests/unit/lake/bronze_fixture.h"

namespace marquee {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class BronzeCheckTest : public testing::Test {
 protected:
  void write(std::span<const StreamRecord> records, std::int64_t events_per_object = 100) {
    BronzeOptions options;
    options.max_events_per_object = events_per_object;
    BronzeWriter writer(store_, options, 1);
    for (const StreamRecord& record : records) add(writer, record);
    ASSERT_TRUE(writer.wait_durable(std::span(&zero_, 1), std::chrono::seconds(20)));
  }
  void write_events(std::int64_t first, std::int64_t end, std::int64_t events_per_object = 100) {
    std::vector<StreamRecord> records;
    for (std::int64_t k = first; k < end; ++k) records.push_back(event_at(0, k));
    write(records, events_per_object);
  }
  PartitionCheck check(std::int64_t begin, std::int64_t committed, bool may_pass_over = false) {
    const ExpectedOffsets expected{zero_, begin, committed, may_pass_over, {}};
    const auto checked = check_bronze(store_, std::span(&expected, 1), 2);
    EXPECT_TRUE(checked) << checked.error().message();
    EXPECT_THAT(checked->partitions, SizeIs(1));
    EXPECT_EQ(checked->is_complete(), checked->partitions[0].is_complete);
    return checked->partitions[0];
  }

  MemoryStore store_;
  const StreamPartition zero_{std::string(kTopic), 0};
};

TEST_F(BronzeCheckTest, ListsWhatNamesTell) {
  write({{event_at(0, 3), event_at(0, 5, "2025-02-01"), record_at(0, 6, "{")}});
  const auto contents = list_bronze_contents(store_, /*count=*/false, 1);
  ASSERT_TRUE(contents);
  ASSERT_THAT(*contents, SizeIs(2));
  const BronzeContents& events = contents->at(0);
  EXPECT_FALSE(events.dead_letters);
  EXPECT_EQ(events.objects, 2);
  EXPECT_EQ(events.first, 3);
  EXPECT_EQ(events.last, 5);
  EXPECT_EQ(events.first_date, "2025-02-01");
  EXPECT_EQ(events.last_date, "2025-03-15");
  EXPECT_EQ(events.bytes,
            store_.get(store_.keys()[1])->size() + store_.get(store_.keys()[2])->size());
  EXPECT_EQ(events.events, std::nullopt);
  EXPECT_TRUE(contents->at(1).dead_letters);
  EXPECT_EQ(contents->at(1).first, 6);
}

TEST_F(BronzeCheckTest, CountsARepeatedEventOnce) {
  write_events(0, 5);
  write_events(3, 8);
  EXPECT_EQ(list_bronze_contents(store_, /*count=*/true, 2)->at(0).events, 8);
}

TEST_F(BronzeCheckTest, EverythingThereIsComplete) {
  write_events(0, 5);
  write({{event_at(0, 5), record_at(0, 6, "{"), event_at(0, 7)}});
  const PartitionCheck found = check(0, 7);
  EXPECT_TRUE(found.is_complete);
  EXPECT_EQ(found.events, 7);
  EXPECT_EQ(found.dead_letters, 1);
  EXPECT_EQ(found.repeats, 0);
  EXPECT_EQ(found.uncommitted, 1);
  EXPECT_EQ(found.missing, 0);
}

TEST_F(BronzeCheckTest, RepeatsAreCounted) {
  write_events(0, 5, 2);
  write_events(1, 4);
  const PartitionCheck found = check(0, 5);
  EXPECT_TRUE(found.is_complete);
  EXPECT_EQ(found.events, 5);
  EXPECT_EQ(found.repeats, 3);
}

TEST_F(BronzeCheckTest, LossIsToldWithItsRanges) {
  write_events(0, 2);
  write_events(4, 6);
  write_events(8, 9);
  const PartitionCheck found = check(0, 11);
  EXPECT_FALSE(found.is_complete);
  EXPECT_EQ(found.missing, 6);
  EXPECT_THAT(found.gaps, ElementsAre(OffsetGap{2, 4}, OffsetGap{6, 8}, OffsetGap{9, 11}));
}

TEST_F(BronzeCheckTest, NothingThereAtAllIsLossToo) {
  const PartitionCheck found = check(0, 3);
  EXPECT_FALSE(found.is_complete);
  EXPECT_EQ(found.missing, 3);
  EXPECT_TRUE(check(3, 3).is_complete);
}

TEST_F(BronzeCheckTest, WhatTheStreamHadForgottenBeforeIsNotAskedFor) {
  write_events(1000, 1010);
  EXPECT_TRUE(check(1005, 1010).is_complete);
  EXPECT_FALSE(check(990, 1010).is_complete);
}

TEST_F(BronzeCheckTest, GapsOfAnAccessLogAreToldAndNoLoss) {
  write_events(0, 2);
  const PartitionCheck found = check(0, 4, /*may_pass_over=*/true);
  EXPECT_TRUE(found.is_complete);
  EXPECT_THAT(found.gaps, ElementsAre(OffsetGap{2, 4}));
}

TEST_F(BronzeCheckTest, AnOffsetThatWasJudgedTwiceIsTold) {
  write_events(0, 3);
  write({{record_at(0, 1, "{")}});
  const PartitionCheck found = check(0, 3);
  EXPECT_TRUE(found.is_complete);
  EXPECT_EQ(found.in_both, 1);
  EXPECT_EQ(found.repeats, 0);
}

TEST_F(BronzeCheckTest, PartitionsNobodyAskedForAreListed) {
  write_events(0, 3);
  const auto checked = check_bronze(store_, {}, 1);
  ASSERT_THAT(checked->partitions, SizeIs(1));
  EXPECT_FALSE(checked->partitions[0].is_expected);
  EXPECT_TRUE(checked->is_complete());
}

TEST_F(BronzeCheckTest, AnImportMustHaveAsManyEventsAsItsRecordSays) {
  const std::vector<FileRating> ratings = {
      {{1, 1, 3, 0}, 2}, {{1, 2, 3, 0}, 5}, {{2, 2, 3, 86'400'000'000}, 7}};
  ASSERT_TRUE(import_events(store_, ratings, "abc", BronzeOptions{}, 1));
  auto checked = check_bronze(store_, {}, 1);
  ASSERT_THAT(checked->partitions, SizeIs(1));
  EXPECT_TRUE(checked->is_complete());
  EXPECT_TRUE(checked->partitions[0].is_expected);
  EXPECT_EQ(checked->partitions[0].missing, 0);
  for (const std::string& key : store_.keys()) {
    if (!key.contains("date=1970-01-02")) continue;
    ASSERT_TRUE(store_.remove(key));
  }
  checked = check_bronze(store_, {}, 1);
  EXPECT_FALSE(checked->is_complete());
  EXPECT_EQ(checked->partitions[0].missing, 1);
}

TEST_F(BronzeCheckTest, WhatCannotBeReadIsAnError) {
  write_events(0, 3);
  ASSERT_TRUE(store_.put(store_.keys()[0], "{}\n"));
  EXPECT_EQ(check_bronze(store_, {}, 1).error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(list_bronze_contents(store_, /*count=*/false, 1));
}

TEST(ExpectedOffsetsOfAGroup, LeavesOutWhatItNeverRead) {
  const std::vector<StreamProgress> progress = {{{"user-events", 0}, 2, 9, 7},
                                                {{"user-events", 1}, 0, 9, std::nullopt},
                                                {{"access", 0}, 0, 5, 5}};
  const auto expected = expected_offsets(progress, "access");
  ASSERT_THAT(expected, SizeIs(2));
  EXPECT_EQ(expected[0].partition, (StreamPartition{"user-events", 0}));
  EXPECT_EQ(expected[0].begin, 2);
  EXPECT_EQ(expected[0].committed, 7);
  EXPECT_FALSE(expected[0].may_pass_over);
  EXPECT_TRUE(expected[1].may_pass_over);
}

}  // namespace
}  // namespace marquee
