// The feature tables on DynamoDB Local.
#include "dynamodb/feature_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/integration/aws/servers.h"

namespace marquee {
namespace {

using std::chrono::steady_clock;
using testing::ElementsAre;

FeatureTables tables_of(const std::string& prefix) {
  static SystemClock clock;
  auto service = aws::Service::make({.endpoint = {dynamodb_url(), {"us-east-1", "dynamodb"}}},
                                    {"AKEXAMPLE", aws::Secret("secret"), aws::Secret()}, clock);
  FeatureTables tables(dynamodb::Client(std::move(*service), {}, clock), prefix);
  const Status made = tables.make_tables();
  EXPECT_TRUE(made) << made.error().message();
  return tables;
}

FeatureSums sums_of(std::initializer_list<double> ratings, TimeMicros time = kUnknownTime) {
  FeatureSums sums;
  for (const double rating : ratings) sums.add(rating, time);
  return sums;
}

RunningRow running(std::int64_t id, const std::string& writer, std::int64_t last_offset,
                   const FeatureSums& sums, std::int32_t partition = 0) {
  return {id, "events", partition, writer, last_offset, sums};
}

// Rated 4 and 2, in partition 0 below offset 10.
NightlyUser night_of(UserId user) {
  return {{user, 3, 2, 1, 100}, 6, 20, 1000, {{"events", 0, 10, sums_of({4, 2}, 100)}}};
}

TEST(FeatureTablesOnServer, KeepsAndMergesRows) {
  const FeatureTables tables = tables_of("merge_");
  EXPECT_EQ(tables.read_user(1).value(), std::nullopt);
  ASSERT_TRUE(tables.put_nightly(std::vector{night_of(1), night_of(2)}, {}));
  EXPECT_EQ(tables.read_user(1)->value(),
            (CurrentRow<UserFeatures>{night_of(1).features, 1000, 0}));

  const auto on_top = running(1, "w", 12, sums_of({4, 2, 5}, 200));
  for (int again = 0; again < 2; ++again)
    ASSERT_TRUE(tables.put_running(EntityKind::kUser, std::vector{on_top}));
  const auto late = running(1, "old", 11, sums_of({4, 2, 1}, 150));
  ASSERT_TRUE(tables.put_running(EntityKind::kUser, std::vector{late}));
  const auto current = tables.read_user(1)->value();
  EXPECT_EQ(current.features.rating_count, 3);
  EXPECT_DOUBLE_EQ(current.features.avg_rating, 11.0 / 3);
  EXPECT_EQ(current.features.last_update, 200);
  EXPECT_EQ(current.events_on_top, 1);
  EXPECT_EQ(current.exact_as_of, 1000);
  ASSERT_TRUE(
      tables.put_running(EntityKind::kMovie, std::vector{running(9, "w", 3, sums_of({5}))}));
  EXPECT_EQ(tables.read_movie(9)->value().features.rating_count, 1);
}

TEST(FeatureTablesOnServer, AConsumerLoadsTheStateThatIncludesTheMost) {
  const FeatureTables tables = tables_of("load_");
  ASSERT_TRUE(tables.put_nightly(std::vector{night_of(1), night_of(2), night_of(3)}, {}));
  const auto further = running(1, "a", 12, sums_of({4, 2, 5}));
  const auto behind = running(2, "a", 8, sums_of({4}));
  ASSERT_TRUE(tables.put_running(
      EntityKind::kUser,
      std::vector{further, running(1, "b", 11, sums_of({1})), behind,
                  running(1, "a", 99, sums_of({1}), 10), running(1, "a", 98, sums_of({1}), 1)}));
  const auto night = [](std::int64_t id) { return running(id, "", 9, sums_of({4, 2}, 100)); };
  const std::vector<std::int64_t> ids = {4, 3, 2, 1};
  EXPECT_THAT(tables.load_running(EntityKind::kUser, "events", 0, ids).value(),
              ElementsAre(further, night(2), night(3)));
}

TEST(FeatureTablesOnServer, APruneComparesAndKeepsWhatIsNewer) {
  const FeatureTables tables = tables_of("prune_");
  ASSERT_TRUE(tables.put_nightly(std::vector{night_of(1), night_of(2), night_of(3)}, {}));
  ASSERT_TRUE(tables.put_running(
      EntityKind::kUser,
      std::vector{running(1, "a", 9, sums_of({4, 2}, 100)), running(1, "late", 3, sums_of({4})),
                  running(2, "a", 7, sums_of({4, 3}, 100)),
                  running(3, "a", 10, sums_of({4, 2, 1}))}));
  const std::vector<ReadUpTo> read = {{"events", 0, 10}}, another_night = {{"events", 0, 8}};
  const auto beside = tables.prune_running(EntityKind::kUser, read, another_night);
  ASSERT_TRUE(beside) << beside.error().message();
  EXPECT_EQ(beside->compared, 2);
  EXPECT_EQ(beside->disagreed, 1);
  EXPECT_EQ(beside->removed, 2) << "a night that has read less may write its rows yet";
  const auto review = tables.prune_running(EntityKind::kUser, read, read);
  ASSERT_TRUE(review) << review.error().message();
  EXPECT_EQ(review->removed, 1);
  EXPECT_EQ(tables.read_user(1)->value().events_on_top, 0);
  EXPECT_EQ(tables.read_user(3)->value().events_on_top, 1);
}

TEST(FeatureTablesOnServer, ManyMayMakeTheTablesAtOnce) {
  std::vector<std::jthread> others;
  for (int k = 0; k < 4; ++k) others.emplace_back([] { tables_of("race_"); });
  others.clear();
  EXPECT_EQ(tables_of("race_").read_user(1).value(), std::nullopt);
}

TEST(FeatureTablesOnServer, CountsAndRemovesRowsOfSome) {
  const FeatureTables tables = tables_of("remove_");
  ASSERT_TRUE(tables.put_nightly(std::vector{night_of(1), night_of(2)}, {}));
  ASSERT_TRUE(tables.put_running(EntityKind::kUser, std::vector{running(1, "a", 12, sums_of({4})),
                                                                running(1, "b", 3, sums_of({4}), 2),
                                                                running(2, "a", 5, sums_of({4}))}));
  const std::int64_t some[] = {1, 3}, others[] = {2};
  const auto before = tables.count_rows(EntityKind::kUser, some);
  ASSERT_TRUE(before) << before.error().message();
  EXPECT_EQ(before->nightly, 1);
  EXPECT_EQ(before->running, 2);
  ASSERT_TRUE(tables.remove_running(EntityKind::kUser, some));
  EXPECT_EQ(tables.count_rows(EntityKind::kUser, some)->running, 0);
  EXPECT_EQ(tables.count_rows(EntityKind::kUser, some)->nightly, 1);
  for (int again = 0; again < 2; ++again)
    ASSERT_TRUE(tables.remove_nightly(EntityKind::kUser, some));
  EXPECT_EQ(tables.read_user(1).value(), std::nullopt);
  EXPECT_EQ(tables.count_rows(EntityKind::kUser, others)->running, 1);
  EXPECT_TRUE(tables.remove_nightly(EntityKind::kMovie, {})) << "of none";
}

TEST(FeatureTablesOnServer, HoldsThousandsOfRowsToTheLastBit) {
  constexpr int kRows = 4000;
  const FeatureTables tables = tables_of("many_");
  std::mt19937_64 random(5);
  std::vector<RunningRow> rows;
  std::vector<std::int64_t> ids;
  for (int k = 1; k <= kRows; ++k) {
    ids.push_back(k);
    rows.push_back(running(k, "w", k,
                           {k, std::uniform_real_distribution<double>(0, 1e6)(random),
                            std::uniform_real_distribution<double>(0, 1e6)(random), k}));
  }
  auto begin = steady_clock::now();
  ASSERT_TRUE(tables.put_running(EntityKind::kUser, rows));
  const auto rate = [&] {
    return kRows / std::chrono::duration<double>(steady_clock::now() - begin).count();
  };
  std::cout << fmt::format("written: {:.0f} rows/s\n", rate());
  begin = steady_clock::now();
  EXPECT_EQ(tables.load_running(EntityKind::kUser, "events", 0, ids).value(), rows);
  std::cout << fmt::format("loaded: {:.0f} rows/s\n", rate());
  // Few of them, one by one.
  const auto some = std::span(ids).subspan(100, 100);
  EXPECT_EQ(tables.load_running(EntityKind::kUser, "events", 0, some).value(),
            std::vector(rows.begin() + 100, rows.begin() + 200));
  // Many of them, from the whole table.
  const auto half = std::span(ids).first(kRows / 2);
  EXPECT_EQ(tables.load_running(EntityKind::kUser, "events", 0, half).value(),
            std::vector(rows.begin(), rows.begin() + kRows / 2));
}

}  // namespace
}  // namespace marquee
