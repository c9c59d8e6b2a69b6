// Reads MovieLens' tags.csv and tags.dat (user, movie, tag, time) into the catalogue. Internal to
// datasets.
#pragma once

#include <string_view>
#include <vector>

#include "core/rating.h"
#include "datasets/line_tally.h"

namespace marquee {

// Adds to each movie the tags that users gave it, in lower case, the most given first, ties by
// name. Tags of movies that are not in the catalogue are left out. A file without the columns is
// one bad line.
void read_tags(std::string_view text, std::vector<Movie>& movies, LineTally& tally);

}  // namespace marquee
