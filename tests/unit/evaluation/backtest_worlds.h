// Histories, configurations and plans that the tests of the backtest share.
#pragma once

#include <random>

#include "evaluation/backtest.h"
#include "model/hybrid_trainer.h"
#include "model/rating_times.h"
#include "tests/unit/model/planted_data.h"

namespace marquee {

inline constexpr auto kNdcg = static_cast<std::size_t>(Metric::kNdcg);
inline constexpr TimeMicros kDay = 86'400 * kMicrosPerSecond;
inline constexpr TimeMicros kStart = 10'000 * kDay;
inline constexpr std::size_t kWeekly = 1, kNever = 2, kWeeklyFoldIn = 3, kNeverFoldIn = 4;

// What is popular and nothing else: quick, and it can be worked out by hand.
inline Config popularity_config() {
  Config config;
  config.model.cf_weight = 0;
  config.model.content_weight = 0;
  config.model.popularity_weight = 1;
  config.model.popularity_half_life = kNoDecay;
  config.model.learn = false;
  config.model.threads = 2;
  config.evaluation.bootstrap_samples = 50;
  return config;
}

// All parts that a user's ratings go into.
inline Config hybrid_config() {
  Config config = popularity_config();
  config.model.cf_weight = 0.7;
  config.model.content_weight = 0.2;
  config.model.user_user_share = 0.3;
  config.model.latent_share = 0.2;
  return config;
}

inline Result<std::shared_ptr<const ModelData>> train(std::span<const Rating> past,
                                                      std::span<const Movie> movies,
                                                      const ModelOptions& options) {
  MARQUEE_ASSIGN(auto trained, train_hybrid(past, movies, options, Lineage{}));
  return trained.model;
}

inline FitModel fit_with(const std::vector<Movie>& movies) {
  return [&movies](std::span<const Rating> past, const ModelOptions& options,
                   const TrainProgress&) { return train(past, movies, options); };
}

inline BacktestPlan days(int from, int to, int every = 1) {
  return {.from = kStart + from * kDay, .to = kStart + to * kDay, .every = every * kDay};
}

// A small world whose people come back on any of 20 days.
inline PlantedData history() {
  PlantedData data = plant(40, 60, 25);
  std::mt19937_64 random(5);
  for (Rating& rating : data.ratings)
    rating.time = kStart + static_cast<TimeMicros>(random() % (20 * 86'400)) * kMicrosPerSecond;
  return data;
}

inline double ndcg(const BacktestStep& step, std::size_t policy) {
  return step.mean[policy][kNdcg][1];
}

}  // namespace marquee
