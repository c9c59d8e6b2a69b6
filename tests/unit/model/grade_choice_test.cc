#include "model/grade_choice.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "model/hybrid_trainer.h"
#include "planted_data.h"

namespace marquee {
namespace {

// Everybody rates movies that chance shows them, and likes those of their own taste: that somebody
// rated a movie says nothing, and that somebody did not like it says as much as that they did.
std::vector<Rating> shown_by_chance(int users, int movies, int shown) {
  std::mt19937_64 random(5);
  std::vector<Rating> ratings;
  for (int user = 1; user <= users; ++user)
    for (int movie = 1; movie <= movies; ++movie) {
      if (random() % static_cast<std::uint64_t>(movies) >= static_cast<std::uint64_t>(shown))
        continue;
      const bool own = movie % 4 == user % 4;
      ratings.push_back({user, movie, own ? 4.5F : (random() % 4 == 0 ? 3.0F : 2.5F),
                         static_cast<TimeMicros>(random() % 1000 + 1) * kMicrosPerSecond});
    }
  return ratings;
}

ModelOptions by_user() {
  ModelOptions options;
  options.validation = "user";
  options.latent_factors = 8;
  return options;
}

GradeChoice chosen(const std::vector<Rating>& ratings, const ModelOptions& options) {
  const auto choice = choose_grades(*InteractionMatrix::build(ratings, {}), options);
  EXPECT_TRUE(choice);
  return *choice;
}

TEST(GradeChoiceTest, AStepWhereOnlyLikesTellAnything) {
  const GradeChoice choice = chosen(shown_by_chance(300, 60, 25), by_user());
  EXPECT_EQ(choice.slope, 0) << choice.smooth_ndcg << " with smooth grades, " << choice.step_ndcg;
  EXPECT_GT(choice.step_ndcg, choice.smooth_ndcg);
}

TEST(GradeChoiceTest, SmoothWherePeopleRateWhatTheyLike) {
  const GradeChoice choice = chosen(plant(200, 100, 30).ratings, by_user());
  EXPECT_EQ(choice.slope, kSmoothGrades);
  EXPECT_TRUE(choice.tried());
}

TEST(GradeChoiceTest, IsLeftAloneWherePinnedOrNothingIsLearned) {
  const auto ratings = shown_by_chance(300, 60, 25);
  ModelOptions options = by_user();
  options.grade_slope = 1.5;
  EXPECT_EQ(chosen(ratings, options).slope, 1.5);
  options = by_user();
  options.learn = false;
  EXPECT_EQ(chosen(ratings, options).slope, kSmoothGrades);
  options = by_user();
  options.learn_budget = 0;
  EXPECT_FALSE(chosen(ratings, options).tried());
}

TEST(GradeChoiceTest, StandsInTheModelAndItsReport) {
  const auto trained = train_hybrid(shown_by_chance(300, 60, 25), {}, by_user(), {});
  ASSERT_TRUE(trained) << trained.error().message();
  EXPECT_EQ(trained->model->options.grade_slope, 0);
  const auto learned = nlohmann::json::parse(trained->model->learned_json);
  EXPECT_EQ(learned["settings"]["model.grade_slope"], 0) << learned.dump();
  EXPECT_GT(learned["grades"]["step_ndcg@10"], learned["grades"]["smooth_ndcg@10"]);
}

}  // namespace
}  // namespace marquee
