#include "evaluation/backtest.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backtest_worlds.h"
#include "evaluation/backtest_text.h"

namespace marquee {
namespace {

// By hand. Day 0: movie 1 has three raters, movies 2 and 4 one each. Day 1: four new people rate
// movie 3. Day 2: user 9, who has rated movie 4 alone, likes movie 3. A model of day 0 ranks 1, 2,
// 3 for that user, one that saw day 1 ranks 3 first.
TEST(Backtest, IsWhatAPersonWorksOut) {
  std::vector<Movie> movies(4);
  for (std::size_t k = 0; k < movies.size(); ++k) movies[k].id = static_cast<MovieId>(k) + 1;
  std::vector<Rating> ratings = {{1, 1, 4, kStart},
                                 {2, 1, 4, kStart},
                                 {3, 1, 4, kStart},
                                 {1, 2, 4, kStart},
                                 {9, 4, 4, kStart}};
  for (UserId user = 4; user <= 7; ++user) ratings.push_back({user, 3, 4, kStart + kDay + user});
  ratings.push_back({9, 3, 5, kStart + 2 * kDay});
  ratings.push_back({9, 2, 1, kStart + 2 * kDay});              // no like
  ratings.push_back({50, 1, 5, kStart + 2 * kDay + kDay / 2});  // nobody knew user 50
  const auto done = replay(ratings, days(1, 3), popularity_config(), fit_with(movies));
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(done->steps.size(), 2u);
  EXPECT_EQ(done->steps[0].past, 5u);
  EXPECT_EQ(done->steps[0].events, 4u);
  EXPECT_EQ(done->steps[0].users, 0u) << "they are new";
  EXPECT_EQ(done->steps[1].past, 9u);
  EXPECT_EQ(done->steps[1].events, 3u);
  EXPECT_EQ(done->steps[1].users, 1u);
  EXPECT_NEAR(ndcg(done->steps[1], 0), 1, 1e-15) << "daily";
  EXPECT_NEAR(ndcg(done->steps[1], 1), 0.5, 1e-15) << "weekly: still of day 1's morning";
  EXPECT_NEAR(ndcg(done->steps[1], 2), 0.5, 1e-15) << "never";
  EXPECT_NEAR(done->policies[2].first_minus_this.ndcg().mean, 0.5, 1e-15);
  EXPECT_EQ(done->policies[0].first_minus_this.effect, Effect::kNone) << "against itself";
}

TEST(Backtest, PoliciesTrainWhenTheySay) {
  const auto policies = retrain_policies(kDay);
  ASSERT_EQ(policies.size(), 5u);
  EXPECT_EQ(policies[0].name, "daily");
  EXPECT_EQ(policies[1].name, "weekly");
  EXPECT_EQ(policies[2].name, "never");
  EXPECT_EQ(policies[kWeeklyFoldIn].name, "weekly, fold-in");
  EXPECT_EQ(policies[kNeverFoldIn].name, "never, fold-in");
  EXPECT_EQ(policies[kWeeklyFoldIn].trained_at(13), 7u);
  EXPECT_EQ(policies[kNeverFoldIn].trained_at(13), 0u);
  EXPECT_EQ(policies[0].trained_at(13), 13u);
  EXPECT_EQ(policies[1].trained_at(13), 7u);
  EXPECT_EQ(policies[1].trained_at(14), 14u);
  EXPECT_EQ(policies[2].trained_at(13), 0u);
  EXPECT_EQ(policies[1].trainings(14), 2u);
  EXPECT_EQ(policies[1].trainings(15), 3u);
  EXPECT_EQ(policies[2].trainings(15), 1u);
  EXPECT_EQ(retrain_policies(kDay / 2)[0].name, "every 12h");
  EXPECT_EQ(retrain_policies(kDay / 2)[1].name, "every 84h");
  EXPECT_EQ(retrain_policies(2 * kDay)[1].name, "every 14d");
}

// Everything that is handed to training, at every step.
TEST(Backtest, TrainingSeesNothingAtOrAfterTheCut) {
  PlantedData data = history();
  const BacktestPlan plan = days(10, 18);
  data.ratings[0].time = data.ratings[1].time = plan.from;  // at the cut itself
  std::vector<TimeMicros> newest;
  std::vector<std::size_t> counts;
  const auto fit = [&](std::span<const Rating> past, const ModelOptions& options,
                       const TrainProgress&) {
    newest.push_back(std::ranges::max(past, {}, &Rating::time).time);
    counts.push_back(past.size());
    return train(past, data.movies, options);
  };
  const auto done = replay(data.ratings, plan, popularity_config(), fit);
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(newest.size(), 8u) << "a fit a day, shared by the policies";
  for (std::size_t step = 0; step < newest.size(); ++step) {
    EXPECT_LT(newest[step], done->steps[step].cut);
    EXPECT_EQ(counts[step], done->steps[step].past);
    EXPECT_EQ(counts[step],
              static_cast<std::size_t>(std::ranges::count_if(
                  data.ratings,
                  [&](const Rating& rating) { return rating.time < done->steps[step].cut; })))
        << "and all that lies before it";
  }
}

// Ratings planted from day 15 on, enough to turn any ranking over: nothing before may change by a
// bit, something after has to.
TEST(Backtest, TheFutureChangesNoFigureBeforeIt) {
  const PlantedData data = history();
  std::vector<Rating> planted = data.ratings;
  for (UserId user = 10; user < 400; ++user)
    for (const MovieId movie : {1000, 1001, 5000, 5001, 5002, 5003, 5004})
      if (std::ranges::none_of(data.ratings, [&](const Rating& rating) {
            return rating.user == user && rating.movie == movie;
          }))
        planted.push_back({user, movie, 5, kStart + 15 * kDay + user});
  const Config config = hybrid_config();
  const auto without = replay(data.ratings, days(12, 18), config, fit_with(data.movies));
  const auto with = replay(planted, days(12, 18), config, fit_with(data.movies));
  ASSERT_TRUE(without && with);
  const auto before = to_json(*without)["steps"], after = to_json(*with)["steps"];
  for (std::size_t step = 0; step < 3; ++step) {
    EXPECT_EQ(before[step], after[step]) << step;
    EXPECT_GT(before[step]["users"], 0);
  }
  EXPECT_NE(before[3], after[3]) << "the planted ratings are seen once it is their day";
  const auto ended = replay(data.ratings, days(12, 15), config, fit_with(data.movies));
  const auto planted_after_end = replay(planted, days(12, 15), config, fit_with(data.movies));
  ASSERT_TRUE(ended && planted_after_end);
  EXPECT_EQ(to_json(*ended), to_json(*planted_after_end));
}

TEST(Backtest, HoldsAModelAPolicyAndNoMore) {
  const PlantedData data = history();
  std::vector<std::weak_ptr<const ModelData>> made;
  std::ptrdiff_t most = 0;
  const auto fit = [&](std::span<const Rating> past, const ModelOptions& options,
                       const TrainProgress&) {
    most = std::max(most, std::ranges::count_if(made, [](const auto& m) { return !m.expired(); }));
    auto model = train(past, data.movies, options);
    made.push_back(*model);
    return model;
  };
  ASSERT_TRUE(replay(data.ratings, days(1, 20), popularity_config(), fit));
  EXPECT_EQ(made.size(), 19u);
  EXPECT_LE(most, 3);
}

TEST(Backtest, WhatTheFirstFitLearnedIsKeptUnlessEveryFitLearns) {
  const PlantedData data = history();
  for (const bool every_time : {false, true}) {
    std::vector<double> asked;
    const auto fit = [&](std::span<const Rating> past, const ModelOptions& options,
                         const TrainProgress&) {
      asked.push_back(options.popular_prior);
      ModelOptions learned = options;
      learned.popular_prior = 7;
      return train(past, data.movies, learned);
    };
    BacktestPlan plan = days(10, 12);
    plan.learn_every_time = every_time;
    ASSERT_TRUE(replay(data.ratings, plan, popularity_config(), fit));
    EXPECT_EQ(asked, (std::vector<double>{25, every_time ? 25.0 : 7.0}));
  }
}

TEST(Backtest, TheOrderOfRatingsChangesNothing) {
  PlantedData data = history();
  const auto before =
      replay(data.ratings, days(12, 16), popularity_config(), fit_with(data.movies));
  std::ranges::shuffle(data.ratings, std::mt19937(4));
  const auto after = replay(data.ratings, days(12, 16), popularity_config(), fit_with(data.movies));
  ASSERT_TRUE(before && after);
  EXPECT_EQ(to_json(*before), to_json(*after));
}

TEST(Backtest, AnEmptyStepIsTold) {
  PlantedData data = history();
  std::erase_if(data.ratings, [](const Rating& rating) {
    return rating.time >= kStart + 13 * kDay && rating.time < kStart + 14 * kDay;
  });
  const auto done = replay(data.ratings, days(12, 15), popularity_config(), fit_with(data.movies));
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->steps[1].events, 0u);
  EXPECT_EQ(done->steps[1].users, 0u);
  EXPECT_GT(done->steps[2].users, 0u);
  EXPECT_FALSE(to_json(*done)["steps"][1].contains("ndcg@10")) << "0 would be a lie";
}

TEST(Backtest, TheLastStepEndsWithThePlan) {
  const PlantedData data = history();
  const auto done =
      replay(data.ratings, days(10, 17, 3), popularity_config(), fit_with(data.movies));
  ASSERT_TRUE(done);
  ASSERT_EQ(done->steps.size(), 3u);
  EXPECT_EQ(done->steps[2].cut, kStart + 16 * kDay);
  EXPECT_EQ(done->steps[2].end, kStart + 17 * kDay);
}

TEST(Backtest, RatingsWithoutATimeAreLeftOutAndCounted) {
  PlantedData data = history();
  const auto all = data.ratings.size();
  for (std::size_t k = 0; k < 30; ++k) data.ratings[k].time = kUnknownTime;
  const auto done = replay(data.ratings, days(12, 14), popularity_config(), fit_with(data.movies));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->untimed, 30u);
  EXPECT_LT(done->steps.back().past, all - 30);
}

TEST(Backtest, RefusesWhatCannotBeMeant) {
  const PlantedData data = history();
  std::vector<Rating> untimed = data.ratings;
  for (Rating& rating : untimed) rating.time = kUnknownTime;
  const struct {
    std::vector<Rating> ratings;
    BacktestPlan plan;
    ErrorCode code;
    const char* words;
  } cases[] = {
      {data.ratings, days(15, 12), ErrorCode::kUsage, "no time in it"},
      {data.ratings, days(15, 15), ErrorCode::kUsage, "no time in it"},
      {data.ratings, days(12, 15, 0), ErrorCode::kUsage, "longer than nothing"},
      {data.ratings, days(12, 15, -1), ErrorCode::kUsage, "longer than nothing"},
      {data.ratings,
       {.from = kStart, .to = kStart + kDay, .every = 1},
       ErrorCode::kUsage,
       "more than 10000 steps"},
      {untimed, days(12, 15), ErrorCode::kUnfit, "no rating has a time"},
      {{}, days(12, 15), ErrorCode::kUnfit, "no rating has a time"},
      {data.ratings, days(-9, 15), ErrorCode::kUnfit, "nothing to train on before"},
      {data.ratings, days(100, 101), ErrorCode::kUnfit, "nobody known before came back"},
  };
  for (const auto& one : cases) {
    const auto done = replay(one.ratings, one.plan, popularity_config(), fit_with(data.movies));
    ASSERT_FALSE(done) << one.words;
    EXPECT_EQ(done.error().code, one.code) << one.words;
    EXPECT_NE(done.error().message().find(one.words), std::string::npos) << done.error().message();
  }
}

TEST(Backtest, AFitThatFailsEndsIt) {
  const PlantedData data = history();
  const auto done = replay(data.ratings, days(12, 15), popularity_config(),
                           [](std::span<const Rating>, const ModelOptions&,
                              const TrainProgress&) -> Result<std::shared_ptr<const ModelData>> {
                             return fail(ErrorCode::kIo, "no memory today");
                           });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what, "no memory today");
}

TEST(Backtest, ProgressRisesToTheEnd) {
  const PlantedData data = history();
  double last = 0;
  const auto fit = [&](std::span<const Rating> past, const ModelOptions& options,
                       const TrainProgress& progress) {
    progress("fitting", 0.5);
    return train(past, data.movies, options);
  };
  ASSERT_TRUE(replay(data.ratings, days(12, 16), popularity_config(), fit,
                     [&](std::string_view, double share) {
                       EXPECT_GE(share, last);
                       EXPECT_LE(share, 1);
                       last = share;
                     }));
  EXPECT_GT(last, 0.7);
}

TEST(Backtest, IsToldAsTextJsonAndPicture) {
  const PlantedData data = history();
  const auto done = replay(data.ratings, days(12, 16), popularity_config(), fit_with(data.movies));
  ASSERT_TRUE(done);
  const std::string text = to_text(*done), svg = to_svg(*done);
  for (const char* words :
       {"1997-05-31", "daily", "weekly", "never", "never, fold-in", "95 % interval"})
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
  for (const char* words : {">daily<", ">weekly<", ">never<", ">weekly, fold-in<",
                            ">never, fold-in<", "NDCG@10", "1997-05-31"})
    EXPECT_NE(svg.find(words), std::string::npos) << words;
  const auto json = to_json(*done);
  EXPECT_EQ(json["steps"].size(), 4u);
  EXPECT_EQ(json["learn"], "first");
  EXPECT_EQ(json["policies"][2]["name"], "never");
  EXPECT_TRUE(json["policies"][2]["comparison"]["difference"]["ndcg@10"].contains("low"));
  EXPECT_TRUE(json["policies"][0]["ndcg@10"].contains("high"));
}

}  // namespace
}  // namespace marquee
