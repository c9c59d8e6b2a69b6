#include "pipeline/data_checks.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

constexpr TimeMicros kSecond = kMicrosPerSecond;

std::vector<Rating> ratings_of_users(int users, int each, float value = 4) {
  std::vector<Rating> ratings;
  for (int user = 1; user <= users; ++user)
    for (int movie = 1; movie <= each; ++movie)
      ratings.push_back({user, movie, value, movie * 3600 * kSecond});
  return ratings;
}

TEST(DataChecks, NoRatingsFail) {
  EXPECT_EQ(check_any_ratings({}, 5).verdict, Verdict::kFail);
  EXPECT_EQ(check_any_ratings(ratings_of_users(2, 1), 5).verdict, Verdict::kPass);
}

TEST(DataChecks, RatingsOutOfBoundsWarn) {
  auto ratings = ratings_of_users(2, 3);
  EXPECT_EQ(check_bounds(ratings, {}).verdict, Verdict::kPass);
  ratings[1].value = 5.5F;
  EXPECT_EQ(check_bounds(ratings, {}).verdict, Verdict::kWarn);
  ratings[1].value = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(check_bounds(ratings, {}).verdict, Verdict::kWarn);
}

TEST(DataChecks, MoviesThatTheCatalogueDoesNotHaveWarn) {
  const auto ratings = ratings_of_users(1, 2);
  std::vector<Movie> all(2);
  all[0].id = 1;
  all[1].id = 2;
  EXPECT_EQ(check_catalogue(ratings, all).verdict, Verdict::kPass);
  const auto check = check_catalogue(ratings, std::span<const Movie>(all).first(1));
  EXPECT_EQ(check.verdict, Verdict::kWarn);
  EXPECT_NE(check.finding.find("1 ratings (50.0 %)"), std::string::npos) << check.finding;
}

TEST(DataChecks, UnknownTimesWarn) {
  auto ratings = ratings_of_users(1, 2);
  EXPECT_EQ(check_times(ratings).verdict, Verdict::kPass);
  ratings[0].time = kUnknownTime;
  EXPECT_EQ(check_times(ratings).verdict, Verdict::kWarn);
}

TEST(DataChecks, MostlySingleRatingsWarn) {
  EXPECT_EQ(check_single_ratings(ratings_of_users(3, 2)).verdict, Verdict::kPass);
  EXPECT_EQ(check_single_ratings(ratings_of_users(3, 1)).verdict, Verdict::kWarn);
}

TEST(DataChecks, ABurstOfOneUserWarns) {
  std::vector<Rating> ratings;
  for (int movie = 1; movie <= 121; ++movie) ratings.push_back({7, movie, 4, movie * kSecond / 3});
  const auto check = check_bursts(ratings);
  EXPECT_EQ(check.verdict, Verdict::kWarn);
  EXPECT_NE(check.finding.find("user 7"), std::string::npos);
  for (Rating& rating : ratings) rating.time *= 3;
  EXPECT_EQ(check_bursts(ratings).verdict, Verdict::kPass);
  for (Rating& rating : ratings) rating.time = kUnknownTime;
  EXPECT_EQ(check_bursts(ratings).verdict, Verdict::kPass);
}

TEST(DataChecks, ABurstOnOneMovieWarns) {
  std::vector<Rating> ratings;
  for (int user = 1; user <= 601; ++user) ratings.push_back({user, 9, 4, user * kSecond / 11});
  const auto check = check_movie_bursts(ratings);
  EXPECT_EQ(check.verdict, Verdict::kWarn);
  EXPECT_NE(check.finding.find("601 ratings in a minute of one movie (movie 9)"), std::string::npos)
      << check.finding;
  EXPECT_EQ(check_movie_bursts(ratings, {.max_movie_burst = 601}).verdict, Verdict::kPass);
  EXPECT_EQ(check_bursts(ratings).verdict, Verdict::kPass);
  for (Rating& rating : ratings) rating.time *= 2;
  EXPECT_EQ(check_movie_bursts(ratings).verdict, Verdict::kPass);
}

TEST(DataChecks, LimitsAreSettings) {
  const auto ratings = ratings_of_users(3, 1);
  EXPECT_EQ(check_single_ratings(ratings, {.max_single_rating_share = 1}).verdict, Verdict::kPass);
  EXPECT_EQ(check_catalogue(ratings, {}, {.max_unknown_movie_share = 1}).verdict, Verdict::kPass);
  EXPECT_EQ(check_catalogue(ratings, {}, {.max_unknown_movie_share = 0.9}).verdict, Verdict::kWarn);
}

TEST(DataChecks, TheStabilityIndexIsThatOfTheBooks) {
  // By hand, with half a rating added to each tenth: (0.9 − 0.5) ln(0.9 / 0.5) + the other way, and
  // the empty tenths, which hold the same in both.
  const RatingHistogram even = {500'000, 500'000}, skewed = {900'000, 100'000};
  EXPECT_NEAR(stability_index(even, skewed), 0.4 * std::log(0.9 / 0.5) + 0.4 * std::log(0.5 / 0.1),
              1e-4);
  EXPECT_EQ(stability_index(even, even), 0);
  EXPECT_DOUBLE_EQ(stability_index(even, skewed), stability_index(skewed, even));
}

TEST(DataChecks, ADistributionThatMovedWarns) {
  const auto before = histogram_of(ratings_of_users(10, 10, 4), {});
  EXPECT_EQ(check_drift(before, std::nullopt).verdict, Verdict::kPass);
  EXPECT_EQ(check_drift(before, before).verdict, Verdict::kPass);
  EXPECT_EQ(check_drift(histogram_of(ratings_of_users(10, 10, 1), {}), before).verdict,
            Verdict::kWarn);
  EXPECT_EQ(check_drift({}, before).verdict, Verdict::kWarn);
}

TEST(DataChecks, EveryValueFallsIntoATenth) {
  std::vector<Rating> ratings;
  for (const float value : {0.5F, 5.0F, -3.0F, 99.0F, 2.75F}) ratings.push_back({1, 1, value, 0});
  const auto histogram = histogram_of(ratings, {});
  EXPECT_EQ(histogram[0], 2);
  EXPECT_EQ(histogram[9], 2);
  EXPECT_EQ(histogram[5], 1);
}

}  // namespace
}  // namespace marquee
