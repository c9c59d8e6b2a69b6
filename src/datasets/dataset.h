// datasets/ reads rating and movie files in the layouts people have, and makes synthetic ones. It
// is given paths; it hands on ratings and movies, with every bad line told by file and number.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/rating.h"

namespace marquee {

// One rating with the line it stood on (1-based, header included), which orders ties.
struct FileRating {
  Rating rating;
  std::int64_t line = 0;
};

struct BadLine {
  std::string file;
  std::int64_t line = 0;
  std::string reason;
};

struct Dataset {
  std::string layout;        // "csv", "movielens-100k", "movielens-dat", "movielens-csv", "recbole"
  std::string content_hash;  // XXH3-64 of the ratings file's bytes, 16 hex digits
  std::vector<FileRating> ratings;
  std::vector<Movie> movies;
  std::vector<BadLine> bad_lines;  // the first 100
  std::int64_t bad_line_count = 0;
  std::int64_t line_count = 0;  // data lines of all files, bad ones included
};

// `ratings` may be a file, a folder or a zip with one of the layouts in it; `movies` may be empty
// when it lies beside the ratings (folder, zip) or there is none. The layout is recognised by names
// and contents. Lines are kept out and told in bad_lines; more than import.max_bad_share of a
// file's is kUnfit, with the first few. An empty or 0 timestamp is unknown. Ratings outside
// [events.min_rating, events.max_rating] are bad lines.
Result<Dataset> read_dataset(const std::filesystem::path& ratings,
                             const std::filesystem::path& movies, const ImportOptions& import,
                             const EventOptions& events);

// The ratings of a data set resolved to one a (user, movie) pair by (time, line), ordered by (user,
// movie).
std::vector<Rating> latest_ratings(std::span<const FileRating> ratings);

}  // namespace marquee
