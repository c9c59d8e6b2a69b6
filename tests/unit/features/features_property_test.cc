// The one-pass aggregates against a plain recomputation in two passes, and in another order.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <map>
#include <random>

#include "features/features.h"

namespace marquee {
namespace {

constexpr double kTolerance = 1e-9;

std::vector<Rating> some_ratings() {
  const auto rating = rc::gen::map(
      rc::gen::tuple(rc::gen::inRange<UserId>(1, 6), rc::gen::inRange<MovieId>(1, 9),
                     rc::gen::inRange(1, 11), rc::gen::inRange<TimeMicros>(-3, 100)),
      [](const auto& fields) {
        const auto& [user, movie, halves, time] = fields;
        return Rating{user, movie, static_cast<float>(halves) / 2, time < 0 ? kUnknownTime : time};
      });
  return *rc::gen::container<std::vector<Rating>>(rating);
}

struct Plain {
  std::int64_t count = 0;
  double mean = 0;
  double deviation = 0;
  TimeMicros newest = kUnknownTime;
};

std::map<std::int64_t, Plain> recompute(const std::vector<Rating>& ratings,
                                        std::int64_t Rating::* id) {
  std::map<std::int64_t, Plain> rows;
  for (const Rating& rating : ratings) {
    Plain& row = rows[rating.*id];
    ++row.count;
    row.mean += rating.value;
    row.newest = std::max(row.newest, rating.time);
  }
  for (auto& [key, row] : rows) row.mean /= static_cast<double>(row.count);
  for (const Rating& rating : ratings) {
    Plain& row = rows[rating.*id];
    row.deviation += std::pow(rating.value - row.mean, 2) / static_cast<double>(row.count);
  }
  for (auto& [key, row] : rows) row.deviation = std::sqrt(row.deviation);
  return rows;
}

void expect_users(const std::vector<Rating>& ratings, const std::vector<UserFeatures>& rows) {
  const auto expected = recompute(ratings, &Rating::user);
  RC_ASSERT(rows.size() == expected.size());
  auto row = rows.begin();
  for (const auto& [user, plain] : expected) {
    RC_ASSERT(row->user == user);
    RC_ASSERT(row->rating_count == plain.count);
    RC_ASSERT(std::abs(row->avg_rating - plain.mean) < kTolerance);
    RC_ASSERT(std::abs(row->std_dev - plain.deviation) < kTolerance);
    RC_ASSERT(row->last_update == plain.newest);
    ++row;
  }
}

void expect_movies(const std::vector<Rating>& ratings, const std::vector<MovieFeatures>& rows) {
  const auto expected = recompute(ratings, &Rating::movie);
  RC_ASSERT(rows.size() == expected.size());
  auto row = rows.begin();
  for (const auto& [movie, plain] : expected) {
    RC_ASSERT(row->movie == movie);
    RC_ASSERT(row->rating_count == plain.count);
    RC_ASSERT(std::abs(row->avg_rating - plain.mean) < kTolerance);
    RC_ASSERT(std::abs(row->popularity - std::log(1.0 + static_cast<double>(plain.count))) <
              kTolerance);
    RC_ASSERT(row->last_update == plain.newest);
    ++row;
  }
}

TEST(FeaturesProperty, AreThoseOfAPlainRecomputation) {
  const bool holds = rc::check([] {
    const std::vector<Rating> ratings = some_ratings();
    expect_users(ratings, user_features(ratings));
    expect_movies(ratings, movie_features(ratings));
  });
  EXPECT_TRUE(holds);
}

TEST(FeaturesProperty, DoNotDependOnTheOrder) {
  const bool holds = rc::check([] {
    const std::vector<Rating> ratings = some_ratings();
    std::vector<Rating> shuffled = ratings;
    std::ranges::shuffle(shuffled, std::mt19937_64(*rc::gen::arbitrary<std::uint64_t>()));
    expect_users(ratings, user_features(shuffled));
    expect_movies(ratings, movie_features(shuffled));
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace marquee
