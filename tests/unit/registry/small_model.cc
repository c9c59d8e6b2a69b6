#include "tests/unit/registry/small_model.h"

#include <gtest/gtest.h>

#include "model/hybrid_trainer.h"
#include "model/model_file.h"

namespace marquee {
namespace {

constexpr int kUsers = 12;
constexpr int kMovies = 16;

// Odd users like odd movies, even users even ones; who rated what is spread by a fixed rule.
std::vector<Rating> common_ratings() {
  std::vector<Rating> ratings;
  for (int user = 1; user <= kUsers; ++user)
    for (int movie = 1; movie <= kMovies; ++movie)
      if ((user * 7 + movie * 5) % 3 != 0)
        ratings.push_back({.user = user,
                           .movie = movie * 10,
                           .value = user % 2 == movie % 2 ? 4.5F : 2.0F,
                           .time = user * 1000 + movie});
  return ratings;
}

std::vector<Movie> common_movies() {
  std::vector<Movie> movies;
  for (int movie = 1; movie <= kMovies; ++movie)
    movies.push_back({.id = movie * 10,
                      .title = "Movie " + std::to_string(movie),
                      .genres = {movie % 2 == 1 ? "Drama" : "Comedy"},
                      .year = 1980 + movie,
                      .tags = {}});
  return movies;
}

}  // namespace

std::shared_ptr<const ModelData> train_small(const SmallModel& wanted) {
  Config config;
  config.model.n_neighbors = wanted.n_neighbors;
  config.model.precomputed_top_n = 10;
  std::vector<Rating> ratings = common_ratings();
  for (const Rating& rating : wanted.ratings) {
    std::erase_if(ratings, [&](const Rating& old) {
      return old.user == rating.user && old.movie == rating.movie;
    });
    ratings.push_back(rating);
  }
  std::vector<Movie> movies = common_movies();
  movies.insert(movies.end(), wanted.more_movies.begin(), wanted.more_movies.end());
  auto trained = train_hybrid(ratings, movies, config.model,
                              {.run_id = wanted.run_id,
                               .config_json = model_entries_json(config),
                               .snapshot_json = "{}",
                               .program = "marquee test"});
  EXPECT_TRUE(trained) << trained.error().message();
  return trained->model;
}

std::string write_small(const std::filesystem::path& path, const SmallModel& wanted) {
  std::filesystem::create_directories(path.parent_path());
  const Status status = write_model(path, *train_small(wanted));
  EXPECT_TRUE(status) << status.error().message();
  return load_model(path).value().checksum;
}

}  // namespace marquee
