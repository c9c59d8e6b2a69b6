#include "model/list_floors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "model/hybrid_trainer.h"
#include "planted_data.h"

namespace marquee {
namespace {

TEST(ListFloorsTest, FloorsFadeWhereThereIsLittleToShow) {
  EXPECT_EQ(room_for_floors(0), 0);
  EXPECT_DOUBLE_EQ(room_for_floors(100), 0.2);
  EXPECT_EQ(room_for_floors(500), 1);
  EXPECT_EQ(room_for_floors(100'000), 1);
}

TEST(ListFloorsTest, MoviesThatNobodyRatedMakeNoRoom) {
  const PlantedData data = plant(80, 40, 15);
  const auto matrix = InteractionMatrix::build(data.ratings, data.movies);
  ASSERT_TRUE(matrix);
  EXPECT_EQ(matrix->item_count(), 40u);
  EXPECT_EQ(rated_movies(*matrix), 36u);
}

TEST(ListFloorsTest, LearningSearchesUnderTheFadedFloor) {
  const PlantedData data = plant(200, 254, 30);  // 250 of them are rated
  ModelOptions options;
  options.validation = "user";
  options.latent_factors = 8;
  const auto trained = train_hybrid(data.ratings, data.movies, options, {});
  ASSERT_TRUE(trained) << trained.error().message();
  const auto faded = nlohmann::json::parse(trained->model->learned_json);
  options.learn_coverage_ratio *= 2;
  const auto trained_twice = train_hybrid(data.ratings, data.movies, options, {});
  ASSERT_TRUE(trained_twice) << trained_twice.error().message();
  const auto doubled = nlohmann::json::parse(trained_twice->model->learned_json);
  const double floor = faded["floors"]["coverage@10_movies"];
  EXPECT_GT(floor, 0);
  EXPECT_NEAR(doubled["floors"]["coverage@10_movies"], 2 * floor, 1e-9);
  // Whole movies are covered by the popular list: what the ratio and the room are taken of.
  const double popular = floor / (ModelOptions{}.learn_coverage_ratio * room_for_floors(250));
  EXPECT_NEAR(popular, std::round(popular), 1e-6);
  EXPECT_GE(popular, 10);
}

}  // namespace
}  // namespace marquee
