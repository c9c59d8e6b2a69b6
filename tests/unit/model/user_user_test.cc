#include "model/user_user.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/hybrid_trainer.h"
#include "planted_data.h"

namespace marquee {
namespace {

class ComparedUsersTest : public testing::Test {
 protected:
  ComparedUsersTest() {
    options_.n_neighbors = 5;
    options_.grade_slope = kSmoothGrades;
  }
  SparseRows fit(const std::vector<Rating>& ratings, std::int64_t neighbors,
                 std::int64_t compared) const {
    ModelOptions options = options_;
    options.n_neighbors = neighbors;
    options.compared_users = compared;
    const InteractionMatrix matrix = *InteractionMatrix::build(ratings, {});
    return fit_user_user(matrix, grade(matrix, options), options);
  }
  static std::set<std::int32_t> neighbors_in(const SparseRows& rows) {
    return {rows.columns.begin(), rows.columns.end()};
  }

  static constexpr std::int64_t kUsers = 300, kCompared = 60;
  const std::vector<Rating> ratings_ = plant(kUsers, 60, 20).ratings;
  ModelOptions options_;
};

// Where people rate few movies of many, most who share a taste share one movie.
TEST(UserUserTest, NeighboursMayHaveOneMovieInCommon) {
  const std::vector<Rating> ratings = {{1, 1, 5}, {1, 2, 5}, {2, 2, 5}, {2, 3, 5}, {3, 4, 5}};
  const InteractionMatrix matrix = *InteractionMatrix::build(ratings, {});
  ModelOptions options;
  options.grade_slope = kSmoothGrades;
  const SparseRows neighbors = fit_user_user(matrix, grade(matrix, options), options);
  ASSERT_EQ(neighbors.row(0).columns.size(), 1U);
  EXPECT_EQ(neighbors.row(0).columns[0], 1);
  EXPECT_TRUE(neighbors.row(2).columns.empty());
}

TEST_F(ComparedUsersTest, AreAboutSoMany) {
  const auto drawn = neighbors_in(fit(ratings_, kUsers, kCompared));
  EXPECT_GE(drawn.size(), kCompared);
  EXPECT_LE(drawn.size(), kCompared + 15);  // who gave the same values are drawn together
}

TEST_F(ComparedUsersTest, GiveEverybodyTheBestAmongThem) {
  const auto drawn = neighbors_in(fit(ratings_, kUsers, kCompared));
  const SparseRows all = fit(ratings_, kUsers, 0), best = fit(ratings_, 5, kCompared);
  for (std::size_t u = 0; u < all.rows(); ++u) {
    std::vector<float> expected;
    for (std::size_t k = 0; k < all.row(u).columns.size(); ++k)
      if (drawn.contains(all.row(u).columns[k])) expected.push_back(all.row(u).values[k]);
    std::ranges::sort(expected, std::greater{});
    expected.resize(std::min<std::size_t>(expected.size(), 5));
    std::vector<float> found(best.row(u).values.begin(), best.row(u).values.end());
    std::ranges::sort(found, std::greater{});
    EXPECT_EQ(found, expected) << u;
  }
}

TEST_F(ComparedUsersTest, AreEverybodyWhereThereAreNoMore) {
  const SparseRows all = fit(ratings_, 5, 0), enough = fit(ratings_, 5, kUsers);
  EXPECT_TRUE(std::ranges::equal(all.columns, enough.columns));
  EXPECT_TRUE(std::ranges::equal(all.values, enough.values));
}

TEST_F(ComparedUsersTest, DoNotCountWhoHasTooFewMovies) {
  options_.min_common_items = 3;
  std::vector<Rating> with_passers_by = ratings_;
  for (UserId user = 100'000; user < 101'000; ++user)
    with_passers_by.push_back({user, ratings_.front().movie, 4.0F, 0});
  const SparseRows all = fit(with_passers_by, 5, 0), enough = fit(with_passers_by, 5, kUsers);
  EXPECT_TRUE(std::ranges::equal(all.columns, enough.columns));
}

TEST_F(ComparedUsersTest, DoNotDependOnNames) {
  std::vector<Rating> renamed = ratings_;
  UserId last = 0;
  for (const Rating& r : ratings_) last = std::max(last, r.user);
  for (Rating& r : renamed) r.user = last + 1 - r.user;
  std::set<std::int32_t> turned;
  for (const std::int32_t u : neighbors_in(fit(renamed, kUsers, kCompared)))
    turned.insert(static_cast<std::int32_t>(kUsers) - 1 - u);
  EXPECT_EQ(turned, neighbors_in(fit(ratings_, kUsers, kCompared)));
}

TEST_F(ComparedUsersTest, StayTheSameWhenOthersRate) {
  std::vector<Rating> later = ratings_;
  later.push_back({ratings_.front().user, 777, 5.0F, 0});
  auto before = neighbors_in(fit(ratings_, kUsers, kCompared));
  auto after = neighbors_in(fit(later, kUsers, kCompared));
  std::vector<std::int32_t> changed;
  std::ranges::set_symmetric_difference(before, after, std::back_inserter(changed));
  EXPECT_LE(changed.size(), 2U);  // the one who rated, and who is drawn in their place
}

}  // namespace
}  // namespace marquee
