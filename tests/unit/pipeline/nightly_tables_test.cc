#include "pipeline/nightly_tables.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

TEST(NightlyTables, ARowCarriesTheTotalsOfItsEntityByPartition) {
  const std::vector<UserFeatures> users = {{1, 3, 2, 1, 50}, {2, 4, 1, 0, 60}};
  const std::vector<MovieFeatures> movies = {{7, 2.5, 4, 1.6, 70}};
  const std::vector<EventTotals> user_totals = {{false, 2, 1, 0, 3, 12, 48, 60}};
  const std::vector<EventTotals> movie_totals = {{true, 7, 1, 0, 2, 5, 13, 40},
                                                 {true, 7, 1, 2, 3, 6, 12, 70}};
  const std::vector<std::string> topics = {"import:a", "user-events"};
  const OffsetVector offsets = {{"import:a", 0, 9}, {"user-events", 0, 10}, {"user-events", 2, 30}};
  const NightlyFeatures night{users, movies, user_totals, movie_totals, topics, offsets};

  const auto rows = nightly_users(night, 99);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], (NightlyUser{users[0], 6, 20, 99, {}})) << "imports have no running rows";
  EXPECT_EQ(rows[1],
            (NightlyUser{users[1], 4, 16, 99, {{"user-events", 0, 10, {3, 12, 48, 60}}}}));

  const auto movie_rows = nightly_movies(night, 99);
  ASSERT_EQ(movie_rows.size(), 1u);
  EXPECT_EQ(movie_rows[0].sum, 10);
  EXPECT_EQ(movie_rows[0].totals,
            (std::vector<PartitionTotals>{{"user-events", 0, 10, {2, 5, 13, 40}},
                                          {"user-events", 2, 30, {3, 6, 12, 70}}}));
}

}  // namespace
}  // namespace marquee
