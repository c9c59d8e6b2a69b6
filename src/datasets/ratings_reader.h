// Reads ratings of every layout: they differ only in separator and columns. Internal to datasets.
#pragma once

#include <string_view>
#include <vector>

#include "core/config.h"
#include "datasets/dataset.h"
#include "datasets/line_tally.h"
#include "datasets/ratings_layout.h"

namespace marquee {

std::vector<FileRating> read_ratings(std::string_view text, const RatingsLayout& layout,
                                     const EventOptions& bounds, LineTally& tally);

}  // namespace marquee
