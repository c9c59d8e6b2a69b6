// A small world with a known structure for the model's tests: users belong to one of four tastes,
// movies to one of four genres, and users mostly rate, and mostly like, movies of their own genre.
#pragma once

#include <random>
#include <vector>

#include "core/rating.h"

namespace marquee {

struct PlantedData {
  std::vector<Rating> ratings;
  std::vector<Movie> movies;
};

// The last movie of each genre is rated by nobody. Ids start at 10 (users) and 1000 (movies). The
// same arguments give the same data on any machine.
inline PlantedData plant(int users, int movies, int ratings_per_user, std::uint64_t seed = 1) {
  constexpr int kGenres = 4;
  const char* const genres[kGenres] = {"Drama", "Comedy", "Horror", "Western"};
  const char* const words[kGenres] = {"Tears", "Laughs", "Screams", "Saddles"};
  std::mt19937_64 random(seed);
  const auto draw = [&](int n) {
    return static_cast<int>(random() % static_cast<std::uint64_t>(n));
  };
  PlantedData data;
  for (int m = 0; m < movies; ++m)
    data.movies.push_back(
        {.id = 1000 + m,
         .title = std::string("The ") + words[m % kGenres] + " of Number " + std::to_string(m),
         .genres = {genres[m % kGenres]},
         .year = 1980 + m % 30,
         .tags = {}});
  const int rated_movies = movies - kGenres;
  for (int u = 0; u < users; ++u) {
    std::vector<bool> taken(static_cast<std::size_t>(movies));
    for (int k = 0; k < ratings_per_user; ++k) {
      int m = draw(rated_movies);
      if (m % kGenres != u % kGenres && draw(10) < 8) m = m / kGenres * kGenres + u % kGenres;
      if (m >= rated_movies || taken[static_cast<std::size_t>(m)]) continue;
      taken[static_cast<std::size_t>(m)] = true;
      const bool own = m % kGenres == u % kGenres;
      const float value = own ? 3.5f + 0.5f * static_cast<float>(draw(4))
                              : 1.0f + 0.5f * static_cast<float>(draw(5));
      data.ratings.push_back(
          {10 + u, 1000 + m, value, (static_cast<TimeMicros>(u) * 1000 + k) * kMicrosPerSecond});
    }
  }
  return data;
}

// The same with times, an hour or more apart, over which everybody comes back.
inline PlantedData plant_over_time(int users, int movies, int ratings_per_user) {
  PlantedData data = plant(users, movies, ratings_per_user);
  constexpr TimeMicros kHour = 3'600 * kMicrosPerSecond;
  for (std::size_t k = 0; k < data.ratings.size(); ++k)
    data.ratings[k].time = static_cast<TimeMicros>((k * 7919) % data.ratings.size() + 1) * kHour;
  return data;
}

}  // namespace marquee
