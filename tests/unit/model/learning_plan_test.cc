#include "model/learning_plan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/hybrid_trainer.h"
#include "planted_data.h"

namespace marquee {
namespace {

class LearningPlanTest : public testing::Test {
 protected:
  LearningPlan plan(double budget) {
    options_.learn_budget = budget;
    return plan_learning(matrix_, options_);
  }
  // Of one fit of everything, in GFLOP.
  double work() { return 1000 / plan(1000).affordable_fits; }

  const PlantedData data_ = plant(4000, 60, 12);
  const InteractionMatrix matrix_ = *InteractionMatrix::build(data_.ratings, data_.movies);
  ModelOptions options_ = [] {
    ModelOptions options;
    options.latent_factors = 16;
    return options;
  }();
};

TEST_F(LearningPlanTest, LooksAtEverythingThatTheBudgetPaysFor) {
  const double one = work();
  EXPECT_EQ(plan(16 * one).extent, LearningExtent::kRidges);
  EXPECT_EQ(plan(1.01 * one).extent, LearningExtent::kWeights);
  EXPECT_EQ(plan(1.01 * one).users, 4000u);
  EXPECT_NEAR(plan(5 * one).affordable_fits, 5, 1e-9);
}

TEST_F(LearningPlanTest, LooksAtASampleWhereAllIsTooMuch) {
  const LearningPlan sampled = plan(0.99 * work());
  EXPECT_EQ(sampled.extent, LearningExtent::kSample);
  EXPECT_EQ(sampled.users, 2000u);
  EXPECT_GE(sampled.affordable_fits, 2);
}

TEST_F(LearningPlanTest, LooksAtNothingWhereThatIsTooMuchToo) {
  EXPECT_EQ(plan(0.1 * work()).extent, LearningExtent::kNothing);
  EXPECT_EQ(plan(0).extent, LearningExtent::kNothing);
}

TEST_F(LearningPlanTest, LooksAtNothingWhereNothingIsOpen) {
  options_.learn = false;
  EXPECT_EQ(plan(1000).extent, LearningExtent::kNothing);
  options_.learn = true;
  options_.cf_weight = options_.user_user_share = options_.latent_share = 0.5;
  options_.content_weight = options_.popularity_weight = 0.1;
  EXPECT_EQ(plan(1000).extent, LearningExtent::kNothing);
}

TEST_F(LearningPlanTest, OfManyMoviesTheBestKnownAreRegressedOnCuts) {
  std::vector<Rating> ratings;  // 9,000 movies, four ratings each
  for (int user = 0; user < 400; ++user)
    for (int k = 0; k < 90; ++k) ratings.push_back({user + 1, (user * 90 + k) % 9000 + 1, 4, 1});
  const auto matrix = InteractionMatrix::build(ratings, {});
  ASSERT_TRUE(matrix);
  options_.learn_budget = 700;  // the cube of 9,000 is 729 GFLOP
  const LearningPlan capped = plan_learning(*matrix, options_);
  EXPECT_EQ(capped.extent, LearningExtent::kSample);
  EXPECT_EQ(capped.users, 400u);
  EXPECT_EQ(capped.movies, 6000u);
}

TEST_F(LearningPlanTest, WhatIsLearnedFromASampleStandsInTheModel) {
  options_.learn_budget = 0.99 * work();
  options_.validation = "user";
  options_.threads = 2;
  const auto trained = train_hybrid(data_.ratings, data_.movies, options_, {});
  ASSERT_TRUE(trained) << trained.error().message();
  const auto learned = nlohmann::json::parse(trained->model->learned_json);
  EXPECT_EQ(learned["sample"]["users"], 2000) << learned.dump();
  EXPECT_GE(learned["users"], 20);
  EXPECT_EQ(learned["settings"]["model.cf_weight"], trained->model->options.cf_weight);
  EXPECT_GT(learned["ndcg@10"], 0);
  EXPECT_EQ(trained->model->user_count(), 4000u) << "the model is of all";
  EXPECT_EQ(trained->model->options.dense_limit, 0);
}

}  // namespace
}  // namespace marquee
