// lake/ writes the files that people and other programs analyse. It is given rows; it hands on
// Parquet. See docs/formats/lake.md.
//
//   <data-dir>/silver/user-features/    part-0.parquet, or user_<id>.parquet one a user
//   <data-dir>/silver/movie-features/   part-0.parquet, or movie_<id>.parquet one a movie
#pragma once

#include <filesystem>
#include <span>

#include "core/config.h"
#include "core/error.h"
#include "core/features.h"

namespace marquee {

// Makes both folders hold exactly these rows, in the layout of the options. The rows may come in
// any order; files are sorted by id. Each file is replaced atomically and durably, and not touched
// when it would stay the same, so a repeated call is cheap and harmless. What another layout,
// entities that are no more, or a killed process left is removed last; files under other names
// stay. When it fails (kIo), each file is either the old one or the new one, and calling it again
// mends the rest. For one process at a time.
Status write_silver_features(const std::filesystem::path& data_dir, const SilverOptions& options,
                             std::span<const UserFeatures> users,
                             std::span<const MovieFeatures> movies);

}  // namespace marquee
