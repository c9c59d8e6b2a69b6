#include "lake/silver_forgetting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/running_deltas.h"
#include "lake/silver_features.h"
#include "lake/silver_ratings.h"
#include "tests/unit/lake/memory_store.h"
#include "tests/unit/lake/plain_events.h"

namespace marquee {
namespace {

using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;

constexpr TimeMicros kStart = 1'700'000'000 * kMicrosPerSecond;
const UserId kUsers[] = {7};
const OffsetVector kAll = {{"user-events", 0, 5}};

class SilverForgettingTest : public testing::Test {
 protected:
  SilverForgettingTest() {
    EXPECT_TRUE(put_bronze(
        store_, {event(7, 10, 4, kStart, 0), event(8, 10, 2, kStart, 1), event(7, 11, 1, kStart, 2),
                 event(7, 10, 5, kStart + 1, 3), event(9, 12, 3, kStart, 4)}));
  }
  SilverTraces find() {
    const auto found = find_in_silver(store_, users_, 2);
    EXPECT_TRUE(found) << found.error().message();
    return found.value_or(SilverTraces{});
  }
  static RunningRow row(std::int64_t id, std::int64_t last_offset) {
    return {id, "user-events", 0, "w", last_offset, {1, 3, 9, kStart}};
  }

  MemoryStore store_;
  const UserMentions users_{kUsers};
};

TEST_F(SilverForgettingTest, CountsRowsOfEveryVersionAndOfNone) {
  ASSERT_TRUE(compact_ratings(store_, {{"user-events", 0, 1}}, {}));
  EXPECT_EQ(find().ratings, 2) << "a rating and its totals";
  ASSERT_TRUE(compact_ratings(store_, kAll, {}));
  EXPECT_EQ(find().ratings, 2 + 3) << "the earlier version is still there";
  ASSERT_TRUE(store_.remove("silver/ratings/manifest.json"));
  EXPECT_EQ(find().ratings, 5) << "what no manifest names is looked at, too";
}

TEST_F(SilverForgettingTest, CompactsAnewWithoutThem) {
  ASSERT_TRUE(compact_ratings(store_, {{"user-events", 0, 3}}, {}));
  ASSERT_TRUE(compact_ratings(store_, kAll, {}));
  const auto before = store_.keys();
  ASSERT_TRUE(start_ratings_anew(store_));
  EXPECT_EQ(find().ratings, 0);
  EXPECT_EQ(read_ratings_as_of(store_, kAll, {})->ratings.size(), 4U) << "from Bronze alone";
  ASSERT_TRUE(compact_ratings(store_, kAll, {.without = {7}}));
  EXPECT_EQ(find().ratings, 0);
  const auto read = read_ratings_as_of(store_, kAll, {});
  ASSERT_TRUE(read);
  EXPECT_THAT(read->ratings, ElementsAre(Rating{8, 10, 2, kStart}, Rating{9, 12, 3, kStart}));
  EXPECT_EQ(read->events, 2);
  EXPECT_EQ(present_manifest(store_)->manifest.forgotten, 3);
  EXPECT_EQ(present_manifest(store_)->manifest.version, 4) << "versions go on";
  for (const std::string& key : before)
    if (key.starts_with("silver/ratings/v")) {
      EXPECT_THAT(store_.keys(), Not(testing::Contains(key)));
    }
}

// What the steps were does not show.
TEST_F(SilverForgettingTest, AnewInStepsIsTheSame) {
  ASSERT_TRUE(compact_ratings(store_, kAll, {}));
  ASSERT_TRUE(start_ratings_anew(store_));
  for (const std::int64_t end : {2, 3, 5})
    ASSERT_TRUE(compact_ratings(store_, {{"user-events", 0, end}}, {.without = {7}}));
  EXPECT_THAT(read_ratings_as_of(store_, kAll, {})->ratings,
              ElementsAre(Rating{8, 10, 2, kStart}, Rating{9, 12, 3, kStart}));
}

TEST_F(SilverForgettingTest, ACompactionThatBeganBeforeChangesNothing) {
  ASSERT_TRUE(compact_ratings(store_, {{"user-events", 0, 1}}, {}));
  bool begun = false;
  store_.before_put = [&](int, std::string_view key) -> Status {
    if (key.contains("manifest") && !std::exchange(begun, true)) {
      EXPECT_TRUE(start_ratings_anew(store_));
    }
    return {};
  };
  const auto late = compact_ratings(store_, kAll, {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
  EXPECT_EQ(present_manifest(store_)->manifest.rows, 0);
}

TEST_F(SilverForgettingTest, CountsFeaturesInEitherLayoutAndRunningRows) {
  const UserFeatures users[] = {{.user = 7, .avg_rating = 3}, {.user = 8, .avg_rating = 2}};
  const MovieFeatures movies[] = {{.movie = 7, .avg_rating = 3}};
  for (const std::string layout : {"bulk", "per-entity"}) {
    SilverOptions options;
    options.layout = layout;
    ASSERT_TRUE(write_silver_features(store_, options, users, movies, 1));
    EXPECT_EQ(find().features, 1) << "a movie of the same number is none";
    EXPECT_EQ(find().running, 0);
  }
  ASSERT_TRUE(write_running_deltas(store_, EntityKind::kUser, std::vector{row(7, 3), row(8, 1)}));
  EXPECT_EQ(find().running, 1);
}

TEST_F(SilverForgettingTest, RunningRowsOfOthersStay) {
  ASSERT_TRUE(write_running_deltas(store_, EntityKind::kUser, std::vector{row(7, 3), row(8, 1)}));
  ASSERT_TRUE(write_running_deltas(store_, EntityKind::kUser, std::vector{row(7, 5)}));
  ASSERT_TRUE(write_running_deltas(store_, EntityKind::kUser, std::vector{row(9, 4)}));
  for (int again = 0; again < 2; ++again) {
    ASSERT_TRUE(forget_running_deltas(store_, EntityKind::kUser, kUsers));
    EXPECT_EQ(find().running, 0);
    EXPECT_THAT(*read_running_deltas(store_, EntityKind::kUser), ElementsAre(row(8, 1), row(9, 4)));
    EXPECT_EQ(store_.list("silver/user-features/_running/")->size(), 2U);
  }
}

TEST_F(SilverForgettingTest, NamesAFileThatCannotBeRead) {
  ASSERT_TRUE(store_.put("silver/user-features/export.parquet", "no such thing"));
  const auto found = find_in_silver(store_, users_, 1);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().where, testing::HasSubstr("silver/user-features/export.parquet"));
}

}  // namespace
}  // namespace marquee
