// The catalogue of movies in the lake.
//
//   bronze/movies/movies_<hash>.json        what imports brought, as JSON lines
//   silver/movies/movies.parquet            every movie known, newest rows; replaced as a whole
//   silver/movies/_versions/<hash>.parquet  the same bytes under a name that stays, for runs
//
// A version is named by the hash of its bytes. The folder's underscore keeps readers of
// silver/movies/ (pandas, Spark, DuckDB) from counting a movie twice.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/rating.h"
#include "objects/object_store.h"

namespace marquee {

struct Catalogue {
  std::vector<Movie> movies;  // by id
  std::string version;        // XXH3-64 of the Parquet file, 16 hex digits; empty: there is none
};

// The newest whole catalogue; without movies and version when none was written. kCorrupt when it is
// not one.
Result<Catalogue> read_catalogue(ObjectStore& store);

// The one of this version, which may be empty: then there are no movies. kNotFound when it was
// removed.
Result<Catalogue> read_catalogue(ObjectStore& store, const std::string& version);

// Makes these rows the newest of their ids; other movies stay as they are. Gives how many rows are
// new or changed. The raw rows are put first, then the version, then the catalogue itself is
// replaced by a conditional put: killed at any moment, the old or the new one is read; of several
// writers at once each one's rows get in. The same rows again change nothing.
Result<std::int64_t> merge_catalogue(ObjectStore& store, std::span<const Movie> movies);

// Removes all versions but the newest catalogue's and these.
Status keep_catalogues(ObjectStore& store, std::span<const std::string> versions);

}  // namespace marquee
