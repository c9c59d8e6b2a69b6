// A movie as a row of `movies` or `superseded_movies`.
#pragma once

#include "core/rating.h"
#include "sqlite/database.h"

namespace marquee {

// Binds id, title, genres, year, tags at 0 to 4.
void bind_movie(sqlite::Statement& statement, const Movie& movie);

// Reads them from columns 0 to 4; kCorrupt when genres or tags are no JSON arrays of texts.
Result<Movie> movie_at(const sqlite::Statement& row);

}  // namespace marquee
