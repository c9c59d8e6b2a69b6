#include "cli/recommendation_text.h"

#include <gtest/gtest.h>

#include "model/hybrid_trainer.h"

namespace marquee::cli {
namespace {

// Users 1 to 20 like the movies of one of two genres; movie m has genre m % 2.
std::shared_ptr<const ModelData> small_model() {
  std::vector<Rating> ratings;
  std::vector<Movie> movies;
  for (MovieId movie = 1; movie <= 12; ++movie)
    movies.push_back({movie,
                      fmt::format("Movie\t{}", movie),
                      {movie % 2 == 0 ? "Drama" : "War"},
                      static_cast<int>(1980 + movie),
                      {}});
  for (UserId user = 1; user <= 20; ++user)
    for (MovieId movie = 1; movie <= 12; ++movie)
      if ((user + movie) % 5 != 0)
        ratings.push_back({user, movie, (user + movie) % 2 == 0 ? 5.0F : 2.0F, 0});
  ModelOptions options;
  options.threads = 1;
  const auto trained = train_hybrid(ratings, movies, options, Lineage{});
  EXPECT_TRUE(trained) << trained.error().message();
  return trained->model;
}

TEST(RecommendationText, ATableHoldsEachMovieOnALineOfItsOwn) {
  const Recommender recommender(small_model());
  const auto list = recommender.recommend(1, 2);
  ASSERT_EQ(list.size(), 2U);
  const std::string text = recommendations_text(recommender, 1, list, false);
  EXPECT_EQ(std::ranges::count(text, '\t'), 0) << "titles cannot break the table";
  for (const auto& entry : list)
    EXPECT_NE(text.find(fmt::format(" {} ", entry.movie)), std::string::npos) << text;
}

TEST(RecommendationText, AnUnknownUserIsToldSo) {
  const Recommender recommender(small_model());
  const std::string text =
      recommendations_text(recommender, 999, recommender.recommend(999, 3), false);
  EXPECT_NE(text.find("does not know user 999"), std::string::npos) << text;
}

TEST(RecommendationText, AnExplanationNamesMoviesTheUserRated) {
  const Recommender recommender(small_model());
  const auto list = recommender.recommend(1, 1);
  const std::string text = recommendations_text(recommender, 1, list, true);
  EXPECT_NE(text.find("because you rated"), std::string::npos) << text;
  const auto json = recommendations_json(recommender, 1, list, true);
  for (const auto& reason : json[0]["why"]["because_you_rated"])
    EXPECT_TRUE(recommender.rating(1, reason["movie_id"].get<MovieId>())) << json.dump(1);
}

TEST(RecommendationText, JsonCarriesThePartsOfEachScore) {
  const Recommender recommender(small_model());
  const auto json = recommendations_json(recommender, 1, recommender.recommend(1, 2), false);
  for (const auto& item : json) {
    double sum = 0;
    for (const auto& part : item["parts"]) sum += part.get<double>();
    EXPECT_NEAR(sum, item["score"].get<double>(), 1e-4) << item.dump();
  }
}

TEST(RecommendationText, SimilarMoviesAreListedBestFirst) {
  const Recommender recommender(small_model());
  const auto list = recommender.similar(2, 5);
  ASSERT_FALSE(list.empty());
  const auto json = similar_json(recommender, list);
  for (std::size_t i = 1; i < json.size(); ++i)
    EXPECT_GE(json[i - 1]["score"].get<double>(), json[i]["score"].get<double>());
  EXPECT_NE(similar_text(recommender, list).find("similarity"), std::string::npos);
}

}  // namespace
}  // namespace marquee::cli
