// The movies of a synthetic data set: what they are and who is drawn to them. Internal to datasets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/alias_table.h"
#include "datasets/taste.h"

namespace marquee {

// The two years in which the ratings are given, in seconds since 1970: 2023 and 2024.
inline constexpr std::int64_t kWindowStart = 1'672'531'200;
inline constexpr std::int64_t kWindowEnd = 1'735'689'600;

struct SyntheticMovie {
  std::string title;                // with its year: "The Silent Harbour (1994)"
  std::vector<std::size_t> genres;  // indexes into genres(); the first gave the title its words
  Taste taste;
  double quality = 0;        // what everybody adds to their rating of it
  std::int64_t release = 0;  // seconds since 1970; nobody rates it earlier
  double peak = 0;  // the most attention it draws within the window; 1 when it comes out in it
};

// Immutable after construction.
class SyntheticCatalogue {
 public:
  // Popularity follows Zipf-Mandelbrot: 1 / (rank + flattening), ranks given to movies at random.
  SyntheticCatalogue(std::int64_t items, std::uint64_t seed, const TasteSpace& space);

  const std::vector<SyntheticMovie>& movies() const { return movies_; }
  // A movie's index with the probability of its popularity × its peak of attention.
  std::uint32_t draw(PortableRandom& random) const { return by_popularity_.draw(random); }
  // How much of its peak a movie draws at `time`: 0 before its release, then falling from 1.
  static double attention(const SyntheticMovie& movie, std::int64_t time);

 private:
  std::vector<SyntheticMovie> movies_;
  AliasTable by_popularity_;
};

}  // namespace marquee
