// Movies as the bytes of a Parquet file and back.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/rating.h"

namespace marquee::lake {

// Columns movie_id (int64, ascending), title (string), genres and tags (lists of strings), year
// (int32, null when unknown). The same movies give the same bytes. kInternal when Arrow refuses, as
// it does when memory runs out.
Result<std::string> catalogue_bytes(std::span<const Movie> movies);

// kCorrupt for what catalogue_bytes() does not write; `where` names the bytes.
Result<std::vector<Movie>> catalogue_movies(const std::string& bytes, std::string_view where);

}  // namespace marquee::lake
