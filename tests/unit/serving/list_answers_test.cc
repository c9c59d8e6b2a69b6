#include "serving/list_answers.h"

#include <gtest/gtest.h>

#include "model/hybrid_trainer.h"
#include "tests/unit/serving/fixed_model.h"

namespace marquee::serving {
namespace {

// A trained model whose precomputed lists are short, and which has a user with little left to
// recommend.
std::shared_ptr<const ServedModel> trained_model() {
  constexpr int kUsers = 20, kMovies = 30, kListLength = 10;
  std::vector<Rating> ratings;
  for (int user = 1; user <= kUsers; ++user)
    for (int movie = 1; movie <= kMovies; ++movie)
      if ((user * 7 + movie * 5) % 4 == 0 || (user == 1 && movie < kMovies - 3))
        ratings.push_back(
            {.user = user, .movie = movie * 1000, .value = 1.0F + (user + movie) % 5});
  ModelOptions options;
  options.precomputed_top_n = kListLength;
  Lineage lineage;
  lineage.run_id = "20260301_020000";
  auto trained = train_hybrid(ratings, {}, options, std::move(lineage));
  EXPECT_TRUE(trained) << trained.error().message();
  return served(trained->model);
}

std::string plain_text(const ServedModel& model, UserId user, int top_n) {
  std::string text;
  for (const auto& item : model.recommender.recommend(user, top_n))
    text += fmt::format("{}{}", text.empty() ? "" : ",", item.movie);
  return text;
}

TEST(RecommendText, SaysWhatTheRecommenderSaysForEveryUserAndLength) {
  const auto model = trained_model();
  for (UserId user = 0; user <= 21; ++user)
    for (const int top_n : {1, 2, 9, 10, 11, 30, 100})
      EXPECT_EQ(recommend_text(*model, {user}, {.n = top_n}), plain_text(*model, user, top_n))
          << "user " << user << ", top " << top_n;
}

TEST(RecommendText, AUserWhoRatedNearlyEverythingGetsWhatIsLeft) {
  const auto model = trained_model();
  const std::string text = recommend_text(*model, {1}, {.n = 10});
  EXPECT_GE(std::ranges::count(text, ','), 1);
  EXPECT_LE(std::ranges::count(text, ','), 3);
}

}  // namespace
}  // namespace marquee::serving
