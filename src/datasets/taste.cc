#include "datasets/taste.h"

#include <cmath>

namespace marquee {
namespace {

constexpr std::uint64_t kGenreStream = 1;
constexpr double kOwnShare = 0.6;  // length of the own part beside the genres' part of length 1

Taste to_unit_length(Taste taste) {
  double squares = 0;
  for (const double x : taste) squares += x * x;
  const double length = std::sqrt(squares);  // rounded exactly by IEEE 754
  for (double& x : taste) x /= length > 0 ? length : 1;
  return taste;
}

Taste random_direction(PortableRandom& random) {
  Taste taste;
  for (double& x : taste) x = random.normal();
  return to_unit_length(taste);
}

}  // namespace

const std::array<Genre, kGenreCount>& genres() {
  static constexpr std::array<Genre, kGenreCount> kGenres = {{
      {"Action", 0.09},
      {"Adventure", 0.06},
      {"Animation", 0.04},
      {"Children", 0.04},
      {"Comedy", 0.16},
      {"Crime", 0.06},
      {"Documentary", 0.03},
      {"Drama", 0.18},
      {"Fantasy", 0.04},
      {"Film-Noir", 0.01},
      {"Horror", 0.05},
      {"Musical", 0.02},
      {"Mystery", 0.03},
      {"Romance", 0.07},
      {"Sci-Fi", 0.05},
      {"Thriller", 0.05},
      {"War", 0.01},
      {"Western", 0.01},
  }};
  return kGenres;
}

double affinity(const Taste& a, const Taste& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kTasteDimensions; ++i) sum += a[i] * b[i];
  return sum;
}

Taste between(const Taste& from, const Taste& to, double share) {
  Taste taste;
  for (std::size_t i = 0; i < kTasteDimensions; ++i)
    taste[i] = (1 - share) * from[i] + share * to[i];
  return taste;
}

TasteSpace::TasteSpace(std::uint64_t seed) {
  PortableRandom random(seed, kGenreStream);
  for (Taste& taste : genre_tastes_) taste = random_direction(random);
}

Taste TasteSpace::near(std::span<const std::size_t> genre_indexes, PortableRandom& random) const {
  Taste middle{};
  for (const std::size_t genre : genre_indexes)
    for (std::size_t i = 0; i < kTasteDimensions; ++i) middle[i] += genre_tastes_[genre][i];
  middle = to_unit_length(middle);
  const Taste own = random_direction(random);
  for (std::size_t i = 0; i < kTasteDimensions; ++i) middle[i] += kOwnShare * own[i];
  return to_unit_length(middle);
}

}  // namespace marquee
