// Reads the catalogue of every layout. Internal to datasets.
#pragma once

#include <string_view>
#include <vector>

#include "core/rating.h"
#include "datasets/line_tally.h"
#include "datasets/movies_layout.h"

namespace marquee {

// In the order of the file. `text` is UTF-8. The second line for an id is a bad line.
std::vector<Movie> read_movies(std::string_view text, const MoviesLayout& layout, LineTally& tally);

}  // namespace marquee
