#include "lake/bronze_forgetting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/bronze_check.h"
#include "lake/bronze_objects.h"
#include "lake/event_profile.h"
#include "lake/import_events.h"
#include "tests/unit/lake/bronze_fixture.h"

namespace marquee {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr UserId kGone = 777;
const UserId kUsers[] = {kGone};

std::string event_of(UserId user, MovieId movie, std::string_view more = "") {
  return fmt::format(R"({{"user_id":{},"movie_id":{},"rating":4{}}})", user, movie, more);
}

class BronzeForgettingTest : public testing::Test {
 protected:
  // Offsets 0 to 6 of partition 0, in objects of two.
  void write(const std::string& compression = "none") {
    BronzeOptions options;
    options.max_events_per_object = 2;
    options.compression = compression;
    BronzeWriter writer(store_, options, 1, kAtOnce);
    const std::string values[] = {event_of(kGone, 5, R"(,"device":"tv")"),
                                  event_of(7777, 777),
                                  event_of(kGone, 6, R"(,"forgotten":false)"),
                                  event_of(3, 6, R"(,"forgotten":true)"),
                                  R"({"user_id":777,"movie_id":)",
                                  R"({"user_id":"8"})",
                                  "\xFF{\"user_id\":777"};
    for (std::int64_t offset = 0; offset < 7; ++offset)
      add(writer, record_at(0, offset, values[offset]));
    ASSERT_TRUE(writer.wait_durable(std::span(&zero_, 1), std::chrono::seconds(20)));
  }
  BronzeTraces find() {
    const auto found = find_in_bronze(store_, users_, 2);
    EXPECT_TRUE(found) << found.error().message();
    return found.value_or(BronzeTraces{});
  }
  std::string all_lines() {
    std::string all;
    for (const auto kind : {lake::BronzeKind::kEvents, lake::BronzeKind::kDeadLetters}) {
      const auto objects = lake::list_bronze(store_, kind);
      for (const auto& object : *objects)
        all += *lake::unpacked(*store_.get(object.key), object.name.compression, object.key);
    }
    return all;
  }

  MemoryStore store_;
  const UserMentions users_{kUsers};
  const StreamPartition zero_{std::string(kTopic), 0};
};

TEST_F(BronzeForgettingTest, FindsLinesAndTheMoviesTheyRate) {
  write();
  const BronzeTraces found = find();
  EXPECT_EQ(found.events, 2);
  EXPECT_EQ(found.dead_letters, 2) << "one of them in base64";
  EXPECT_THAT(found.movies, ElementsAre(5, 6));
}

TEST_F(BronzeForgettingTest, LeavesPlacesAndNothingElse) {
  for (const std::string compression : {"none", "zstd"}) {
    for (const std::string& key : store_.keys()) ASSERT_TRUE(store_.remove(key));
    write(compression);
    const auto keys = store_.keys();
    ASSERT_TRUE(forget_in_bronze(store_, users_, 2));
    EXPECT_EQ(store_.keys(), keys) << "names stay: they tell which offsets are in";
    const std::string lines = all_lines();
    EXPECT_THAT(
        lines,
        HasSubstr(R"({"forgotten":true,"_source":{"topic":"user-events","partition":0,"offset":0}})"
                  "\n"));
    EXPECT_EQ(lines.find(R"("user_id":777,)"), lines.npos);
    EXPECT_EQ(lines.find("device"), lines.npos);
    EXPECT_THAT(lines, HasSubstr(R"("user_id":7777,"movie_id":777)"));
    EXPECT_THAT(lines, HasSubstr(R"("reason":"wrong_type")"));
    const BronzeTraces left = find();
    EXPECT_EQ(left.events + left.dead_letters, 0);
    EXPECT_THAT(offsets_of(read_all(store_)), ElementsAre(1, 3));
  }
}

TEST_F(BronzeForgettingTest, EveryOffsetStaysAccountedFor) {
  write();
  ASSERT_TRUE(forget_in_bronze(store_, users_, 1));
  const ExpectedOffsets expected{zero_, 0, 7, false, {}};
  const auto checked = check_bronze(store_, std::span(&expected, 1), 1);
  ASSERT_TRUE(checked) << checked.error().message();
  ASSERT_THAT(checked->partitions, SizeIs(1));
  const PartitionCheck& check = checked->partitions[0];
  EXPECT_TRUE(check.is_complete);
  EXPECT_EQ(check.events, 2);
  EXPECT_EQ(check.dead_letters, 1);
  EXPECT_EQ(check.forgotten, 4);
  EXPECT_EQ(check.missing + check.repeats + check.in_both, 0);
  const auto profile = profile_events(store_, {}, {{std::string(kTopic), 0, 7}}, {});
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->events, 2);
  EXPECT_EQ(profile->forgotten, 2);
  EXPECT_EQ(profile->missing, 0);
  EXPECT_THAT(*dead_letters_below(store_, {{std::string(kTopic), 0, 7}}, 1),
              ElementsAre(std::pair("forgotten", 2), std::pair("wrong_type", 1)));
}

TEST_F(BronzeForgettingTest, ImportsStayComplete) {
  ASSERT_TRUE(import_events(
      store_, std::vector<FileRating>{{{kGone, 10, 4, 0}, 5}, {{2, 10, 3, 0}, 6}}, "ab", {}, 1));
  ASSERT_TRUE(forget_in_bronze(store_, users_, 1));
  const auto checked = check_bronze(store_, {}, 1);
  ASSERT_TRUE(checked);
  ASSERT_THAT(checked->partitions, SizeIs(1));
  EXPECT_TRUE(checked->partitions[0].is_complete);
  EXPECT_EQ(checked->partitions[0].missing, 0);
  EXPECT_EQ(checked->partitions[0].events, 1);
}

TEST_F(BronzeForgettingTest, WhatWasCutShortIsDoneByTheNextCall) {
  write();
  store_.before_put = [first = store_.puts()](int number, std::string_view) -> Status {
    return number == first + 2 ? fail(ErrorCode::kUnavailable, "the store is away") : Status();
  };
  EXPECT_FALSE(forget_in_bronze(store_, users_, 1));
  const BronzeTraces half = find();
  EXPECT_GT(half.events + half.dead_letters, 0);
  EXPECT_LT(half.events + half.dead_letters, 4);
  ASSERT_TRUE(forget_in_bronze(store_, users_, 1));
  EXPECT_EQ(find().events + find().dead_letters, 0);
}

TEST_F(BronzeForgettingTest, ALostAnswerIsNoFailure) {
  write();
  bool lost = false;
  store_.before_put = [&](int, std::string_view key) -> Status {
    if (std::exchange(lost, true)) return {};
    // As if it had arrived, and its repeat met itself.
    EXPECT_TRUE(forget_in_bronze(store_, users_, 1));
    return fail(ErrorCode::kConflict, "somebody else was first", std::string(key));
  };
  EXPECT_TRUE(forget_in_bronze(store_, users_, 1));
  EXPECT_EQ(find().events, 0);
}

TEST_F(BronzeForgettingTest, NamesWhatCannotBeRead) {
  write();
  const std::string key = store_.keys().front();
  ASSERT_TRUE(store_.put(key, "{\"user_id\":777\n"));
  const auto found = find_in_bronze(store_, users_, 1);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(found.error().where, HasSubstr(key));
}

}  // namespace
}  // namespace marquee
