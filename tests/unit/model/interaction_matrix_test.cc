#include "model/interaction_matrix.h"

#include <gmock/gmock.h>

#include <limits>
#include <random>

#include "planted_data.h"

namespace marquee {
namespace {

using testing::ElementsAre;

std::vector<std::int32_t> columns(SparseRows::Row row) {
  return {row.columns.begin(), row.columns.end()};
}
std::vector<float> values(SparseRows::Row row) {
  return {row.values.begin(), row.values.end()};
}

TEST(InteractionMatrix, NumbersUsersAndMoviesById) {
  const std::vector<Rating> ratings = {{20, 7, 4, 1}, {10, 9, 3, 1}, {10, 7, 5, 1}};
  const std::vector<Movie> movies = {
      {.id = 8, .title = "Unrated", .genres = {}, .year = 0, .tags = {}}};
  const auto matrix = InteractionMatrix::build(ratings, movies);
  ASSERT_TRUE(matrix);
  EXPECT_THAT(matrix->user_ids(), ElementsAre(10, 20));
  EXPECT_THAT(matrix->item_ids(), ElementsAre(7, 8, 9));
  EXPECT_THAT(columns(matrix->user(0)), ElementsAre(0, 2));
  EXPECT_THAT(values(matrix->user(0)), ElementsAre(5, 3));
  EXPECT_THAT(columns(matrix->item(0)), ElementsAre(0, 1));
  EXPECT_THAT(columns(matrix->item(1)), ElementsAre()) << "nobody rated it";
}

TEST(InteractionMatrix, TheLatestRatingOfAPairCounts) {
  const std::vector<Rating> ratings = {{1, 1, 5, 300}, {1, 1, 2, 100}, {1, 2, 1, kUnknownTime},
                                       {1, 2, 4, 1},   {1, 3, 1, 7},   {1, 3, 2, 7}};
  const auto matrix = InteractionMatrix::build(ratings, {});
  ASSERT_TRUE(matrix);
  EXPECT_THAT(values(matrix->user(0)), ElementsAre(5, 4, 2))
      << "newest; known before unknown; last of equals";
}

TEST(InteractionMatrix, TheOrderOfRatingsChangesNothing) {
  auto data = plant(30, 40, 12);
  const auto sorted = InteractionMatrix::build(data.ratings, data.movies);
  std::shuffle(data.ratings.begin(), data.ratings.end(), std::mt19937(3));
  const auto shuffled = InteractionMatrix::build(data.ratings, data.movies);
  ASSERT_TRUE(sorted && shuffled);
  EXPECT_TRUE(std::ranges::equal(sorted->by_user().columns, shuffled->by_user().columns));
  EXPECT_TRUE(std::ranges::equal(sorted->by_user().values, shuffled->by_user().values));
  EXPECT_TRUE(std::ranges::equal(sorted->by_item().values, shuffled->by_item().values));
}

TEST(InteractionMatrix, RefusesWhatIsNoRating) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Rating& bad : {Rating{0, 1, 3, 1}, Rating{1, -4, 3, 1}, Rating{1, 1, nan, 1}}) {
    const auto matrix = InteractionMatrix::build(std::vector{bad}, {});
    ASSERT_FALSE(matrix);
    EXPECT_EQ(matrix.error().code, ErrorCode::kUnfit);
  }
}

TEST(InteractionMatrix, TransposingTwiceGivesTheSame) {
  const auto data = plant(25, 33, 9);
  const auto matrix = InteractionMatrix::build(data.ratings, data.movies);
  ASSERT_TRUE(matrix);
  const SparseRows& rows = matrix->by_user();
  const SparseRows again = transpose(transpose(rows, matrix->item_count()), matrix->user_count());
  EXPECT_TRUE(std::ranges::equal(rows.offsets, again.offsets));
  EXPECT_TRUE(std::ranges::equal(rows.columns, again.columns));
  EXPECT_TRUE(std::ranges::equal(rows.values, again.values));
}

}  // namespace
}  // namespace marquee
