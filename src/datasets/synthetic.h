// Makes ratings and movies with a planted structure, for trying and measuring without real data.
//
// Movies: popularity by Zipf's law, one to three genres, a hidden taste near their genres, a
// release date with a peak of attention after it. Users: log-normal activity within some weeks or
// months of two years, a hidden taste near two genres that drifts. Who rates what follows
// popularity × attention × taste; the rating follows taste. So a model that learns tastes ranks
// clearly better than popularity, and a recent rating says more than an old one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "core/error.h"

namespace marquee {

struct SyntheticOptions {
  std::int64_t users = 1000;      // ids 1 … users
  std::int64_t items = 500;       // ids 1 … items
  std::int64_t ratings = 50'000;  // exactly; no user rates a movie twice
  std::uint64_t seed = 42;
};

// Writes <folder>/ratings.csv and <folder>/movies.csv; the folder is made when missing, files that
// were there are replaced. Same options, same bytes, on every machine. `progress` is told the share
// done, now and then. Users are made one by one: memory grows with users + items, not with ratings.
// kUsage when the options cannot be met.
Status write_synthetic(const SyntheticOptions& options, const std::filesystem::path& folder,
                       const std::function<void(double)>& progress = {});

}  // namespace marquee
