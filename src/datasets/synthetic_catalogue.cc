#include "datasets/synthetic_catalogue.h"

#include <algorithm>
#include <numeric>

#include "datasets/synthetic_titles.h"

namespace marquee {
namespace {

constexpr std::uint64_t kMovieStream = 2;
constexpr std::uint64_t kRankStream = 3;

constexpr std::int64_t kSecondOfYear2024 = 1'704'067'200;
constexpr std::int64_t kSecondsPerYear = 365 * 86'400;
constexpr int kFirstWindowYear = 2023;
constexpr int kOldestAge = 92;     // years before the window
constexpr double kNewShare = 0.3;  // of the movies come out within the window
constexpr double kQualitySpread = 0.35;
constexpr double kFadingSeconds = 60 * 86'400.0;
constexpr double kLastingAttention = 0.12;

std::size_t draw_genre(PortableRandom& random) {
  double rest = random.uniform();
  for (std::size_t i = 0; i + 1 < kGenreCount; ++i)
    if ((rest -= genres()[i].share) < 0) return i;
  return kGenreCount - 1;
}

// One to three different genres.
std::vector<std::size_t> draw_genres(PortableRandom& random) {
  std::vector<std::size_t> drawn;
  const std::size_t tries = 1 + random.below(3);
  for (std::size_t i = 0; i < tries; ++i) {
    const std::size_t genre = draw_genre(random);
    if (std::ranges::find(drawn, genre) == drawn.end()) drawn.push_back(genre);
  }
  return drawn;
}

struct Release {
  std::int64_t second;
  int year;
};

Release draw_release(PortableRandom& random) {
  const bool is_new = random.uniform() < kNewShare;
  const double u = random.uniform();
  if (is_new) {
    const auto second = kWindowStart + static_cast<std::int64_t>(u * (kWindowEnd - kWindowStart));
    return {second, kFirstWindowYear + (second >= kSecondOfYear2024 ? 1 : 0)};
  }
  const int age = 1 + static_cast<int>(u * u * kOldestAge);  // more of the recent years
  return {kWindowStart - age * kSecondsPerYear, kFirstWindowYear - age};
}

double attention_since(std::int64_t release, std::int64_t time) {
  const double age = static_cast<double>(time - release) / kFadingSeconds;
  return kLastingAttention + (1 - kLastingAttention) / (1 + age * age);
}

SyntheticMovie make_movie(std::uint64_t seed, std::uint64_t index, const TasteSpace& space) {
  PortableRandom random(seed, kMovieStream, index);
  SyntheticMovie movie;
  movie.genres = draw_genres(random);
  movie.taste = space.near(movie.genres, random);
  movie.quality = kQualitySpread * random.normal();
  const Release release = draw_release(random);
  movie.release = release.second;
  movie.peak = attention_since(movie.release, std::max(movie.release, kWindowStart));
  movie.title =
      make_title(movie.genres.front(), random) + " (" + std::to_string(release.year) + ")";
  return movie;
}

std::vector<SyntheticMovie> make_movies(std::int64_t items, std::uint64_t seed,
                                        const TasteSpace& space) {
  std::vector<SyntheticMovie> movies;
  movies.reserve(static_cast<std::size_t>(items));
  for (std::int64_t i = 0; i < items; ++i)
    movies.push_back(make_movie(seed, static_cast<std::uint64_t>(i), space));
  return movies;
}

std::vector<std::uint32_t> shuffled_ranks(std::size_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> ranks(count);
  std::iota(ranks.begin(), ranks.end(), 1u);
  PortableRandom random(seed, kRankStream);
  for (std::size_t i = count - 1; i > 0; --i)
    std::swap(ranks[i], ranks[random.below(static_cast<std::uint32_t>(i + 1))]);
  return ranks;
}

std::vector<double> draw_weights(const std::vector<SyntheticMovie>& movies, std::uint64_t seed) {
  const auto ranks = shuffled_ranks(movies.size(), seed);
  const double flattening = 1 + static_cast<double>(movies.size()) / 50;
  std::vector<double> weights;
  for (std::size_t i = 0; i < movies.size(); ++i)
    weights.push_back(movies[i].peak / (ranks[i] + flattening));
  return weights;
}

}  // namespace

SyntheticCatalogue::SyntheticCatalogue(std::int64_t items, std::uint64_t seed,
                                       const TasteSpace& space)
    : movies_(make_movies(items, seed, space)), by_popularity_(draw_weights(movies_, seed)) {}

double SyntheticCatalogue::attention(const SyntheticMovie& movie, std::int64_t time) {
  return time < movie.release ? 0 : attention_since(movie.release, time) / movie.peak;
}

}  // namespace marquee
