#include "model/settings_learning.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "model/hybrid_trainer.h"
#include "planted_data.h"

namespace marquee {
namespace {

class TrendLearningTest : public testing::Test {
 protected:
  TrendLearningTest() { options_.item_item_regularization = options_.latent_regularization = 20; }

  void train() {
    auto trained = train_hybrid(data_.ratings, data_.movies, options_, {});
    ASSERT_TRUE(trained) << trained.error().message();
    model_ = trained->model;
    learned_ = nlohmann::json::parse(model_->learned_json);
  }

  // Of popularity, as it was tried alone.
  std::set<double> tried() const {
    std::set<double> trends;
    for (const auto& one : learned_["alone"])
      if (one["part"] == "popularity") trends.insert(one["trend"].get<double>());
    return trends;
  }

  const PlantedData data_ = plant_over_time(80, 120, 20);
  ModelOptions options_;
  std::shared_ptr<const ModelData> model_;
  nlohmann::json learned_;
};

TEST_F(TrendLearningTest, IsTriedWhereTimeIsFollowed) {
  train();
  ASSERT_EQ(learned_["validation"], "time") << learned_.dump();
  EXPECT_EQ(tried().size(), 2U);
  EXPECT_TRUE(tried().contains(0));
  EXPECT_EQ(learned_["settings"]["model.popularity_trend"], model_->options.popularity_trend);
  EXPECT_TRUE(tried().contains(model_->options.popularity_trend));
}

TEST_F(TrendLearningTest, IsNoneWhereTimeIsNotFollowed) {
  options_.validation = "user";
  train();
  EXPECT_EQ(tried(), std::set<double>{0});
  EXPECT_EQ(model_->options.popularity_trend, 0);
}

TEST_F(TrendLearningTest, StaysWhatItIsPinnedTo) {
  options_.popularity_trend = 0.25;
  train();
  EXPECT_EQ(tried(), std::set<double>{0.25});
  EXPECT_EQ(model_->options.popularity_trend, 0.25);
}

}  // namespace
}  // namespace marquee
