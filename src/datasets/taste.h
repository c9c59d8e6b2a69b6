// The hidden vectors behind synthetic ratings: genres, movies and users live in one space, and who
// likes what is how near they are. Internal to datasets.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "datasets/portable_random.h"

namespace marquee {

inline constexpr std::size_t kTasteDimensions = 12;
inline constexpr std::size_t kGenreCount = 18;

using Taste = std::array<double, kTasteDimensions>;  // of unit length

// How common each genre is among movies, and what it is called.
struct Genre {
  std::string_view name;
  double share;
};
const std::array<Genre, kGenreCount>& genres();

// The product of two tastes: -1 (opposite) to 1 (the same).
double affinity(const Taste& a, const Taste& b);

// (1 - share) of `from` and `share` of `to`, not brought to unit length.
Taste between(const Taste& from, const Taste& to, double share);

// Draws tastes around mixtures of genres. Immutable after construction.
class TasteSpace {
 public:
  explicit TasteSpace(std::uint64_t seed);

  // A taste near the middle of some genres (indexes into genres()), the rest of it its own.
  Taste near(std::span<const std::size_t> genre_indexes, PortableRandom& random) const;

 private:
  std::array<Taste, kGenreCount> genre_tastes_;
};

}  // namespace marquee
