#include "model/grade_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

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

double ndcg_of(const GradeChoice& choice, std::string_view kind) {
  for (const GradeTry& one : choice.tries)
    if (one.kind.name == kind) return one.ndcg;
  return 0;
}

TEST(GradeChoiceTest, BalancedWherePeopleRateWhatTheyAreShown) {
  const GradeChoice choice = chosen(shown_by_chance(300, 60, 25), by_user());
  EXPECT_EQ(choice.kind.name, "balanced");
  EXPECT_EQ(choice.kind.other_strength, -1);
  EXPECT_GT(ndcg_of(choice, "balanced"), ndcg_of(choice, "step"));
  EXPECT_GT(ndcg_of(choice, "step"), ndcg_of(choice, "smooth"));
}

TEST(GradeChoiceTest, AnotherStrengthThatIsPinnedStays) {
  ModelOptions options = by_user();
  options.other_strength = 0.1;
  const GradeChoice choice = chosen(shown_by_chance(300, 60, 25), options);
  EXPECT_EQ(choice.kind.name, "step");
  EXPECT_EQ(choice.kind.other_strength, 0.1);
}

// People and movies lie on a ring; people choose movies that lie near them, and like them the more,
// the nearer: even one that they did not like tells where they are.
std::vector<Rating> chosen_by_taste(int users, int movies, int chosen) {
  std::mt19937_64 random(5);
  const auto draw = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  std::vector<Rating> ratings;
  for (int user = 1; user <= users; ++user) {
    std::set<MovieId> taken;
    const double place = draw();
    while (std::ssize(taken) < chosen) {
      const double way = 0.3 * (draw() + draw() - 1);  // from the user to the movie
      const double ring = place + way + 1;
      const auto movie = 1 + static_cast<MovieId>((ring - std::floor(ring)) * movies);
      if (!taken.insert(movie).second) continue;
      const double liking = 5 - 8 * std::abs(way) + draw() - 0.5;
      ratings.push_back({user, movie, static_cast<float>(std::clamp(liking, 0.5, 5.0)), 0});
    }
  }
  return ratings;
}

TEST(GradeChoiceTest, FlatWhereHowMuchPeopleLikeWhatTheyChooseIsChance) {
  EXPECT_EQ(chosen(plant(200, 100, 30).ratings, by_user()).kind.name, "flat");
}

TEST(GradeChoiceTest, SmoothWherePeopleRateWhatTheyLike) {
  const GradeChoice choice = chosen(chosen_by_taste(600, 300, 8), by_user());
  EXPECT_EQ(choice.kind.name, "smooth");
  for (const char* kind : {"step", "flat", "balanced"})
    EXPECT_GT(ndcg_of(choice, "smooth"), ndcg_of(choice, kind)) << kind;
  EXPECT_EQ(choice.tries.size(), 5U);
}

TEST(GradeChoiceTest, IsLeftAloneWherePinnedOrNothingIsLearned) {
  const auto ratings = shown_by_chance(300, 60, 25);
  ModelOptions options = by_user();
  options.grade_slope = 1.5;
  EXPECT_EQ(chosen(ratings, options).kind.slope, 1.5);
  options = by_user();
  options.learn = false;
  EXPECT_EQ(chosen(ratings, options).kind.slope, kSmoothGrades);
  options = by_user();
  options.learn_budget = 0;
  EXPECT_TRUE(chosen(ratings, options).tries.empty());
}

TEST(GradeChoiceTest, IsNotTriedWhereAllRatingsAreAlike) {
  auto ratings = shown_by_chance(300, 60, 25);
  for (Rating& rating : ratings) rating.value = 4;
  const GradeChoice choice = chosen(ratings, by_user());
  EXPECT_EQ(choice.kind.name, "smooth");
  EXPECT_TRUE(choice.tries.empty());
}

TEST(GradeChoiceTest, StandsInTheModelAndItsReport) {
  const auto trained = train_hybrid(shown_by_chance(300, 60, 25), {}, by_user(), {});
  ASSERT_TRUE(trained) << trained.error().message();
  EXPECT_EQ(trained->model->options.other_strength, -1);
  const auto learned = nlohmann::json::parse(trained->model->learned_json);
  EXPECT_EQ(learned["settings"]["model.other_strength"], -1) << learned.dump();
  EXPECT_EQ(learned["grades"].size(), 5U);
}

}  // namespace
}  // namespace marquee
