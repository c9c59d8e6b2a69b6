#include "model/user_sample.h"

#include <gtest/gtest.h>

#include <set>

#include "planted_data.h"

namespace marquee {
namespace {

InteractionMatrix matrix_of(const std::vector<Rating>& ratings) {
  return *InteractionMatrix::build(ratings, {});
}

TEST(UserSampleTest, HoldsAllThatTheDrawnUsersRated) {
  const auto ratings = plant(60, 40, 10).ratings;
  const InteractionMatrix matrix = matrix_of(ratings);
  const auto drawn = ratings_of_drawn(matrix, 20);
  std::set<UserId> users;
  for (const Rating& rating : drawn) users.insert(rating.user);
  EXPECT_EQ(users.size(), 20u);
  std::vector<Rating> theirs;
  std::ranges::copy_if(ratings, std::back_inserter(theirs),
                       [&](const Rating& rating) { return users.contains(rating.user); });
  const auto key = [](const Rating& rating) { return std::pair(rating.user, rating.movie); };
  std::ranges::sort(theirs, {}, key);
  ASSERT_EQ(drawn.size(), theirs.size());
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    EXPECT_EQ(key(drawn[k]), key(theirs[k]));
    EXPECT_EQ(drawn[k].value, theirs[k].value);
    EXPECT_EQ(drawn[k].time, theirs[k].time);
  }
}

TEST(UserSampleTest, ALargerSampleHoldsTheSmaller) {
  const InteractionMatrix matrix = matrix_of(plant(60, 40, 10).ratings);
  std::set<UserId> few, more;
  for (const Rating& rating : ratings_of_drawn(matrix, 10)) few.insert(rating.user);
  for (const Rating& rating : ratings_of_drawn(matrix, 30)) more.insert(rating.user);
  EXPECT_TRUE(std::ranges::includes(more, few));
  EXPECT_EQ(ratings_of_drawn(matrix, 1000).size(), matrix.rating_count());
}

TEST(UserSampleTest, NamesHaveNoPartInWhoIsDrawn) {
  const auto ratings = plant(60, 40, 10).ratings;
  auto renamed = ratings;
  for (Rating& rating : renamed) rating.user = 10'000 - rating.user;
  std::set<UserId> drawn, drawn_renamed;
  for (const Rating& rating : ratings_of_drawn(matrix_of(ratings), 20)) drawn.insert(rating.user);
  for (const Rating& rating : ratings_of_drawn(matrix_of(renamed), 20))
    drawn_renamed.insert(10'000 - rating.user);
  EXPECT_EQ(drawn, drawn_renamed);
}

}  // namespace
}  // namespace marquee
