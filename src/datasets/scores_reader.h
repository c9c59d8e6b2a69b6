// Reads rankings that other programs made, to be judged.
#pragma once

#include <filesystem>
#include <vector>

#include "core/error.h"
#include "core/rating.h"

namespace marquee {

// A CSV (or tab-separated) file whose header names user_id, movie_id and score; one line a pair, in
// any order. Any line that is not one, a score that is not finite, and a pair that stands twice are
// kUnfit with file and line: a ranking with holes must not be judged as if it were whole.
Result<std::vector<Score>> read_scores(const std::filesystem::path& path);

}  // namespace marquee
