#include "model/pair_sums.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "core/config.h"
#include "model/grades.h"
#include "model/hybrid_trainer.h"
#include "model/item_item.h"
#include "planted_data.h"

namespace marquee {
namespace {

using World = std::map<UserId, std::map<MovieId, std::int8_t>>;  // user → movie → level
using Triangle = std::vector<std::int64_t>;

PairedUsers users_of(const World& world, const std::set<MovieId>& paired) {
  std::vector<std::int64_t> users, items(paired.begin(), paired.end()), offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<std::int8_t> levels;
  for (const auto& [user, row] : world) {
    users.push_back(user);
    for (const auto& [movie, level] : row) {
      const auto found = paired.find(movie);
      if (found == paired.end()) continue;
      columns.push_back(static_cast<std::int32_t>(std::distance(paired.begin(), found)));
      levels.push_back(level);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return {std::move(users),
          std::move(items),
          {std::move(offsets), std::move(columns), std::move(levels)}};
}

// The plain, slow twin: every pair of movies of every user.
Triangle plain_sums(const World& world, const std::set<MovieId>& paired) {
  std::map<std::pair<MovieId, MovieId>, std::int64_t> sums;
  for (const auto& [user, row] : world)
    for (const auto& [one, a] : row)
      for (const auto& [other, b] : row) sums[{one, other}] += std::int64_t{a} * b;
  Triangle triangle;
  for (const MovieId one : paired)
    for (const MovieId other : paired)
      if (other <= one) triangle.push_back(sums[{one, other}]);
  return triangle;
}

struct Counted {
  Triangle sums;
  PairCount count;
};

Counted count(const PairedUsers& users, const PairSums* earlier, int threads = 2) {
  Counted counted{Triangle(triangle_size(users.item_count())), {}};
  counted.count = sum_pairs(users, earlier, threads, [&](std::size_t item, auto sums) {
    std::ranges::copy(sums,
                      counted.sums.begin() + static_cast<std::ptrdiff_t>(triangle_size(item)));
  });
  return counted;
}

PairSums kept(const PairedUsers& users) {
  PairTriangle triangle(users.item_count());
  sum_pairs(users, nullptr, 1, [&](std::size_t item, auto sums) { triangle.take(item, sums); });
  return {users, *std::move(triangle).finish()};
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  int draw(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  std::int8_t level() {
    return static_cast<std::int8_t>(draw(2 * kGradeLevels + 1) - kGradeLevels);
  }

  World world(int users, int movies, int ratings) {
    World made;
    for (int user = 1; user <= users; ++user)
      for (int k = 0; k < ratings; ++k) made[3 * user][5 + 2 * draw(movies)] = level();
    return made;
  }
  // A few users rate something anew or more, some take a rating back, some go, some come.
  World night_after(World world, int changes) {
    std::vector<UserId> users;
    for (const auto& [user, row] : world) users.push_back(user);
    for (int k = 0; k < changes; ++k) {
      const UserId user = users[static_cast<std::size_t>(draw(static_cast<int>(users.size())))];
      switch (draw(4)) {
        case 0:
          world[user][4 + draw(60)] = level();
          break;
        case 1:
          world.erase(user);
          break;
        case 2:
          world[1 + draw(1000)][4 + draw(60)] = level();
          break;
        default:
          if (auto& row = world[user]; !row.empty()) row.erase(row.begin());
      }
    }
    return world;
  }
  std::set<MovieId> some_movies() {
    std::set<MovieId> paired;
    for (MovieId movie = 4; movie < 64; ++movie)
      if (draw(5) > 0) paired.insert(movie);
    return paired;
  }

 private:
  std::mt19937_64 random_;
};

TEST(PairSumsTest, AreThoseOfThePlainTwin) {
  Dice dice(1);
  const World world = dice.world(50, 25, 12);
  const auto paired = dice.some_movies();
  for (const int threads : {1, 2, 3})
    EXPECT_EQ(count(users_of(world, paired), nullptr, threads).sums, plain_sums(world, paired));
}

TEST(PairSumsTest, WhateverANightChangesTakingOverGivesTheSame) {
  int taken_over = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Dice dice(seed);
    const World before = dice.world(60, 25, 10);
    const PairSums earlier = kept(users_of(before, dice.some_movies()));
    const World now = dice.night_after(before, dice.draw(12));
    const auto paired = dice.draw(2) == 0 ? dice.some_movies()
                                          : std::set<MovieId>(earlier.users.item_ids.begin(),
                                                              earlier.users.item_ids.end());
    const Counted counted = count(users_of(now, paired), &earlier);
    ASSERT_EQ(counted.sums, plain_sums(now, paired)) << "seed " << seed;
    taken_over += counted.count.users_counted < counted.count.users;
  }
  EXPECT_GT(taken_over, 80) << "of two hundred nights; where many rows changed all are counted";
  EXPECT_LT(taken_over, 200);
}

TEST(PairSumsTest, OnlyUsersWhoseRowsChangedAreCounted) {
  Dice dice(7);
  World world = dice.world(100, 25, 10);
  const std::set<MovieId> paired = {5, 7, 9, 11, 13, 15, 17, 19, 21, 23};
  const PairSums earlier = kept(users_of(world, paired));
  EXPECT_EQ(count(users_of(world, paired), &earlier).count.users_counted, 0U);
  world[3][5] = static_cast<std::int8_t>(world[3][5] > 0 ? -1 : 1);
  world[1000] = {{7, 1}, {9, 2}};
  world[6][200] = 4;  // not paired: the row that counts is as it was
  world.erase(9);
  const Counted counted = count(users_of(world, paired), &earlier);
  EXPECT_EQ(counted.count.users, 100U);
  EXPECT_EQ(counted.count.users_counted, 2U);
  EXPECT_LT(counted.count.products_counted, counted.count.products / 10);
  EXPECT_EQ(counted.sums, plain_sums(world, paired));
}

TEST(PairSumsTest, WhereEverythingChangedEverybodyIsCounted) {
  Dice dice(9);
  const World before = dice.world(30, 25, 10), now = dice.world(30, 25, 10);
  const std::set<MovieId> paired = {5, 7, 9, 11, 13};
  const PairSums earlier = kept(users_of(before, paired));
  const Counted counted = count(users_of(now, paired), &earlier);
  EXPECT_EQ(counted.count.users_counted, counted.count.users);
  EXPECT_EQ(counted.sums, plain_sums(now, paired));
}

TEST(PairSumsTest, WhatDoesNotFitIntoThirtyTwoBitsIsNotKept) {
  constexpr std::int64_t kGreatest = std::int64_t{kGradeLevels} * kGradeLevels;
  const auto keeps = [](std::int64_t raters) {
    PairTriangle triangle(1);
    const std::int64_t sums[] = {raters * kGreatest};
    triangle.take(0, sums);
    return std::move(triangle).finish().has_value();
  };
  EXPECT_TRUE(keeps((1 << 19) - 1));
  EXPECT_FALSE(keeps(1 << 19));
  EXPECT_TRUE(keeps(-(1 << 19)));
  EXPECT_FALSE(keeps(-(1 << 19) - 1));
}

// A night later in the planted world: a hundredth of the ratings more, by a few users.
class TakingOverTest : public testing::Test {
 protected:
  TakingOverTest() {
    for (std::size_t k = 0; k < 30; ++k)
      later_.ratings.push_back({.user = static_cast<UserId>(k < 25 ? 10 + k % 3 : 5000 + k),
                                .movie = 1000 + static_cast<MovieId>(k * 3 % 80),
                                .value = 4.5F,
                                .time = 2'000'000 * kMicrosPerSecond});
    options_.latent_factors = 8;
    options_.precomputed_top_n = 10;
    options_.grade_slope = kSmoothGrades;  // open, a night may choose otherwise: all counted
  }
  TrainedModel train(const PlantedData& data, const PairKeeping& pairs) const {
    auto trained = train_hybrid(data.ratings, data.movies, options_, {}, {}, pairs);
    EXPECT_TRUE(trained) << trained.error().message();
    return std::move(*trained);
  }
  const PlantedData first_ = plant(150, 80, 25);
  PlantedData later_ = first_;
  ModelOptions options_;
};

TEST_F(TakingOverTest, GivesTheModelOfAFullCount) {
  const TrainedModel before = train(first_, {.keep = true});
  ASSERT_TRUE(before.pair_sums);
  const TrainedModel anew = train(later_, {.keep = true});
  const TrainedModel taken = train(later_, {.earlier = &*before.pair_sums, .keep = true});
  ASSERT_TRUE(taken.pair_count && anew.pair_count);
  EXPECT_EQ(anew.pair_count->users_counted, anew.pair_count->users);
  EXPECT_LE(taken.pair_count->users_counted, 8U);
  EXPECT_TRUE(std::ranges::equal(taken.model->item_item.columns, anew.model->item_item.columns));
  EXPECT_TRUE(std::ranges::equal(taken.model->item_item.values, anew.model->item_item.values));
  EXPECT_TRUE(std::ranges::equal(taken.model->lists.items, anew.model->lists.items));
  EXPECT_TRUE(std::ranges::equal(taken.model->lists.scores, anew.model->lists.scores));
  EXPECT_TRUE(std::ranges::equal(taken.pair_sums->sums, anew.pair_sums->sums));
}

TEST_F(TakingOverTest, OtherGradesAreCountedAnew) {
  const TrainedModel before = train(first_, {.keep = true});
  options_.grade_slope = 1;
  const TrainedModel anew = train(later_, {});
  const TrainedModel taken = train(later_, {.earlier = &*before.pair_sums});
  EXPECT_EQ(taken.pair_count->users_counted, taken.pair_count->users);
  EXPECT_TRUE(std::ranges::equal(taken.model->item_item.values, anew.model->item_item.values));
  EXPECT_FALSE(taken.pair_sums) << "not asked for";
}

}  // namespace
}  // namespace marquee
