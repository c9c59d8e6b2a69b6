// Features of users and movies as files that people and other programs analyse. See
// docs/formats/lake.md.
//
//   silver/user-features/    part-0.parquet, or user_<id>.parquet one a user
//   silver/movie-features/   part-0.parquet, or movie_<id>.parquet one a movie
#pragma once

#include <filesystem>
#include <span>

#include "core/config.h"
#include "core/error.h"
#include "core/features.h"
#include "objects/object_store.h"

namespace marquee {

// Makes both folders hold exactly these rows, in the layout of the options. The rows may come in
// any order; files are sorted by id. Each file is replaced atomically and durably, and not touched
// when it would stay the same, so a repeated call is cheap and harmless. What another layout or
// entities that are no more left is removed last; objects under other names, also in folders below,
// stay. When it fails, each file is either the old one or the new one, and calling it again mends
// the rest. For one process at a time. `threads` of them wait for the store when there are many
// files.
Status write_silver_features(ObjectStore& store, const SilverOptions& options,
                             std::span<const UserFeatures> users,
                             std::span<const MovieFeatures> movies, int threads);

// The same below a folder of this machine, where it also removes what a killed process left half
// written.
Status write_silver_features(const std::filesystem::path& data_dir, const SilverOptions& options,
                             std::span<const UserFeatures> users,
                             std::span<const MovieFeatures> movies);

}  // namespace marquee
