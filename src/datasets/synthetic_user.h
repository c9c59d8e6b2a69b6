// What one synthetic user rates, and how. Internal to datasets.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/synthetic_catalogue.h"

namespace marquee {

struct SyntheticRating {
  std::uint32_t movie;  // index into the catalogue
  int half_stars;       // 1 to 10
  std::int64_t time;    // seconds since 1970
};

// Makes users one after the other, each from its own random stream. For one thread.
class SyntheticUsers {
 public:
  // Both must outlive it.
  SyntheticUsers(const SyntheticCatalogue& catalogue, const TasteSpace& space, std::uint64_t seed);

  // `count` ratings of different movies by user `index`, oldest first; count is at most the number
  // of movies. Valid until the next call.
  const std::vector<SyntheticRating>& ratings_of(std::uint64_t index, std::uint32_t count);

 private:
  struct Person;
  std::uint32_t choose(const Person& person, std::int64_t time, PortableRandom& random);
  std::uint32_t next_unrated(std::uint32_t from) const;

  const SyntheticCatalogue& catalogue_;
  const TasteSpace& space_;
  std::uint64_t seed_;
  std::vector<std::uint64_t> rated_by_;  // movie → last user who rated it, plus 1
  std::uint64_t present_user_ = 0;       // plus 1
  std::vector<std::int64_t> times_;
  std::vector<SyntheticRating> ratings_;
};

}  // namespace marquee
