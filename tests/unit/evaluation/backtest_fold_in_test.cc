// What fold-in is worth in a replay of history.
#include <gtest/gtest.h>

#include <cmath>

#include "backtest_worlds.h"

namespace marquee {
namespace {

// By hand, of a model of day 0 by genre alone. User 9 liked a war film then, user 50 came on day 1
// and liked a western; on day 2 both like the other western, and 9 dislikes the other war film.
// Trained alone: 9's list begins with war, then the ranking by id; 50 gets the popular list, war
// film 1 (three raters) before 2, 3 and 4 (one each).
TEST(BacktestFoldIn, IsWhatAPersonWorksOut) {
  std::vector<Movie> movies(4);
  for (std::size_t k = 0; k < movies.size(); ++k)
    movies[k] = {.id = static_cast<MovieId>(k) + 1,
                 .title = "",
                 .genres = {k < 2 ? "War" : "Western"},
                 .year = 0,
                 .tags = {}};
  const std::vector<Rating> ratings = {
      {1, 1, 4, kStart},
      {2, 1, 4, kStart},
      {1, 2, 4, kStart},
      {2, 3, 4, kStart},
      {1, 4, 4, kStart},
      {9, 1, 4, kStart},
      {50, 3, 5, kStart + kDay},
      {9, 3, 4, kStart + 2 * kDay},
      {9, 4, 5, kStart + 2 * kDay},
      {9, 2, 1, kStart + 2 * kDay},  // no like
      {50, 4, 5, kStart + 2 * kDay},
  };
  Config config = popularity_config();
  config.model.popularity_weight = 0;
  config.model.content_weight = 1;
  const auto done = replay(ratings, days(1, 3), config, fit_with(movies));
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(done->steps[1].users, 2u);
  // 9: nothing new before day 2, so both lists are 2, 3, 4: likes at places 2 and 3.
  const double second_and_third = (1 / std::log2(3) + 0.5) / (1 + 1 / std::log2(3));
  // 50: the popular list 1, 2, 3, 4 has the like last; folded in, 3 is seen and 4 is of its genre.
  EXPECT_NEAR(ndcg(done->steps[1], kNever), (second_and_third + 1 / std::log2(5)) / 2, 1e-12);
  EXPECT_NEAR(ndcg(done->steps[1], kNeverFoldIn), (second_and_third + 1) / 2, 1e-12);
}

// What somebody has seen since the training is not shown again; who is new to the model gets the
// popular list until a movie of theirs is one it knows.
TEST(BacktestFoldIn, LeavesOutWhatWasSeenSince) {
  std::vector<Movie> movies(4);
  for (std::size_t k = 0; k < movies.size(); ++k) movies[k].id = static_cast<MovieId>(k) + 1;
  const std::vector<Rating> ratings = {{1, 1, 4, kStart},
                                       {2, 1, 4, kStart},
                                       {1, 2, 4, kStart},
                                       {9, 4, 4, kStart},
                                       {9, 1, 4, kStart + kDay},
                                       {60, 77, 4, kStart + kDay},  // a movie that came later
                                       {9, 2, 5, kStart + 2 * kDay},
                                       {60, 1, 5, kStart + 2 * kDay},
                                       {9, 1000, 1, kStart + 2 * kDay}};
  const auto done = replay(ratings, days(1, 3), popularity_config(), fit_with(movies));
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(done->steps[1].users, 2u);
  EXPECT_NEAR(ndcg(done->steps[1], kNever), (1 / std::log2(3) + 1) / 2, 1e-12) << "1 is in the way";
  EXPECT_NEAR(ndcg(done->steps[1], kNeverFoldIn), 1, 1e-12);
  EXPECT_NEAR(ndcg(done->steps[1], kWeeklyFoldIn), 1, 1e-12);
}

// Where nothing came since the training, the list is the trained one to the bit.
TEST(BacktestFoldIn, OfNothingNewChangesNothing) {
  const PlantedData data = history();
  const auto done = replay(data.ratings, days(10, 18), hybrid_config(), fit_with(data.movies));
  ASSERT_TRUE(done) << done.error().message();
  const auto& steps = done->steps;
  ASSERT_GT(steps[0].users, 0u);
  EXPECT_EQ(steps[0].mean[kNever], steps[0].mean[kNeverFoldIn]);
  EXPECT_EQ(steps[7].mean[kWeekly], steps[7].mean[kWeeklyFoldIn]) << "trained that morning";
  EXPECT_NE(steps[6].mean[kNever], steps[6].mean[kNeverFoldIn]);
  EXPECT_EQ(steps[6].mean[kNeverFoldIn], steps[6].mean[kWeeklyFoldIn]) << "of the same model";
  EXPECT_NE(steps[7].mean[kNeverFoldIn], steps[7].mean[kWeeklyFoldIn]);
}

// Dislikes that are given at or after a cut, by the very people who are judged, of movies that the
// models know: they are nobody's test, so no figure of that step may change by a bit.
TEST(BacktestFoldIn, SeesNothingAtOrAfterTheCut) {
  const PlantedData data = history();
  const BacktestPlan plan = days(12, 18);
  const TimeMicros cut = kStart + 17 * kDay;  // of the last step
  std::vector<Rating> planted = data.ratings;
  for (const Rating& rating : data.ratings)
    if (rating.time >= cut)
      for (MovieId movie = 1000; movie < 1060; ++movie)
        if (std::ranges::none_of(data.ratings, [&](const Rating& other) {
              return other.user == rating.user && other.movie == movie;
            }))
          planted.push_back({rating.user, movie, 1, cut + movie % 2});
  ASSERT_GT(planted.size(), data.ratings.size() + 100);
  const auto without = replay(data.ratings, plan, hybrid_config(), fit_with(data.movies));
  const auto with = replay(planted, plan, hybrid_config(), fit_with(data.movies));
  ASSERT_TRUE(without && with);
  ASSERT_GT(without->steps.back().users, 3u);
  for (std::size_t step = 0; step < without->steps.size(); ++step)
    EXPECT_EQ(without->steps[step].mean, with->steps[step].mean) << step;
  // The same ratings one microsecond before the cut do count.
  for (std::size_t k = data.ratings.size(); k < planted.size(); ++k) planted[k].time = cut - 1;
  const auto before = replay(planted, plan, hybrid_config(), fit_with(data.movies));
  ASSERT_TRUE(before);
  EXPECT_EQ(without->steps.back().mean[kNever], before->steps.back().mean[kNever]);
  EXPECT_NE(without->steps.back().mean[kNeverFoldIn], before->steps.back().mean[kNeverFoldIn]);
}

}  // namespace
}  // namespace marquee
