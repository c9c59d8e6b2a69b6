#include "lake/catalogue.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "lake/catalogue_parquet.h"
#include "objects/put_new.h"

namespace marquee {
namespace {

constexpr std::string_view kNewest = "silver/movies/movies.parquet";
constexpr std::string_view kVersions = "silver/movies/_versions/";

std::string hash_of(std::string_view bytes) {
  return fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size()));
}

std::string version_key(std::string_view version) {
  return fmt::format("{}{}.parquet", kVersions, version);
}

// A name of its own for the same bytes: whoever was first has put them.
Status put_once(ObjectStore& store, const std::string& key, std::string_view bytes) {
  MARQUEE_TRY(put_new(store, key, bytes));
  return {};
}

std::string raw_lines(std::span<const Movie> movies) {
  std::string lines;
  for (const Movie& movie : movies) {
    const nlohmann::ordered_json row = {
        {"movie_id", movie.id},
        {"title", movie.title},
        {"genres", movie.genres},
        {"year", movie.year == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(movie.year)},
        {"tags", movie.tags}};
    lines += row.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    lines += '\n';
  }
  return lines;
}

// The newest catalogue and the store's version of its object, empty when there is none.
struct Present {
  Catalogue catalogue;
  std::string object_version;
};

Result<Present> read_present(ObjectStore& store) {
  const auto object = store.get_versioned(kNewest);
  if (!object && object.error().code == ErrorCode::kNotFound) return Present{};
  if (!object) return std::unexpected(object.error());
  Present present{{.movies = {}, .version = hash_of(object->bytes)}, object->version};
  MARQUEE_ASSIGN(
      present.catalogue.movies,
      lake::catalogue_movies(object->bytes, fmt::format("{}/{}", store.name(), kNewest)));
  return present;
}

// Puts `movies` over those that are there; gives how many rows that changes.
std::int64_t merge(std::span<const Movie> movies, std::vector<Movie>& present) {
  std::map<MovieId, const Movie*> newest;
  for (const Movie& movie : movies) newest[movie.id] = &movie;
  std::int64_t changed = 0;
  for (Movie& row : present) {
    const auto found = newest.find(row.id);
    if (found == newest.end()) continue;
    if (row != *found->second) {
      row = *found->second;
      ++changed;
    }
    newest.erase(found);
  }
  for (const auto& [id, movie] : newest) present.push_back(*movie);
  std::ranges::sort(present, {}, &Movie::id);
  return changed + std::ssize(newest);
}

}  // namespace

Result<Catalogue> read_catalogue(ObjectStore& store) {
  MARQUEE_ASSIGN(Present present, read_present(store));
  return std::move(present.catalogue);
}

Result<Catalogue> read_catalogue(ObjectStore& store, const std::string& version) {
  Catalogue catalogue{.movies = {}, .version = version};
  if (version.empty()) return catalogue;
  const std::string key = version_key(version);
  MARQUEE_ASSIGN(const std::string bytes, store.get(key));
  const std::string where = store.name() + "/" + key;
  if (hash_of(bytes) != version)
    return fail(ErrorCode::kCorrupt, "a catalogue whose bytes are not those it was named by", where,
                "remove it and import the movies again");
  MARQUEE_ASSIGN(catalogue.movies, lake::catalogue_movies(bytes, where));
  return catalogue;
}

Result<std::int64_t> merge_catalogue(ObjectStore& store, std::span<const Movie> movies) {
  constexpr int kAttempts = 20;  // as many writers as may come in between
  if (movies.empty()) return 0;
  const std::string raw = raw_lines(movies);
  MARQUEE_TRY(put_once(store, fmt::format("bronze/movies/movies_{}.json", hash_of(raw)), raw));
  for (int attempt = 1;; ++attempt) {
    MARQUEE_ASSIGN(Present present, read_present(store));
    const std::int64_t changed = merge(movies, present.catalogue.movies);
    if (changed == 0) return 0;
    MARQUEE_ASSIGN(const std::string bytes, lake::catalogue_bytes(present.catalogue.movies));
    MARQUEE_TRY(put_once(store, version_key(hash_of(bytes)), bytes));
    const auto put = store.put_if(kNewest, bytes, present.object_version);
    if (put) return changed;
    if (put.error().code != ErrorCode::kConflict || attempt == kAttempts)
      return std::unexpected(put.error());
  }
}

Status keep_catalogues(ObjectStore& store, std::span<const std::string> versions) {
  MARQUEE_ASSIGN(const auto objects, store.list(kVersions));
  MARQUEE_ASSIGN(const Catalogue newest, read_catalogue(store));
  for (const ObjectInfo& object : objects) {
    const bool is_kept = object.key == version_key(newest.version) ||
                         std::ranges::any_of(versions, [&](const std::string& version) {
                           return object.key == version_key(version);
                         });
    if (!is_kept) MARQUEE_TRY(store.remove(object.key));
  }
  return {};
}

}  // namespace marquee
