#include "datasets/movies_reader.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>

#include "core/trimmed.h"
#include "datasets/field_parsing.h"

namespace marquee {
namespace {

using Fields = std::span<const std::string_view>;

// The names of u.item's flags behind the first, which means "unknown".
constexpr std::array<std::string_view, 18> kFlaggedGenres = {
    "Action",      "Adventure", "Animation", "Children's", "Comedy", "Crime",
    "Documentary", "Drama",     "Fantasy",   "Film-Noir",  "Horror", "Musical",
    "Mystery",     "Romance",   "Sci-Fi",    "Thriller",   "War",    "Western"};

std::vector<std::string> flagged_genres(Fields flags) {
  std::vector<std::string> genres;
  for (std::size_t i = 0; i < kFlaggedGenres.size(); ++i)
    if (trimmed(flags[i + 1]) == "1") genres.emplace_back(kFlaggedGenres[i]);
  return genres;
}

std::vector<std::string> genres_of(Fields fields, const MoviesLayout& layout) {
  if (!layout.genres) return {};
  switch (layout.genre_style) {
    case GenreStyle::kFlags:
      return flagged_genres(fields.subspan(*layout.genres));
    case GenreStyle::kSpaced:
      return split_names(fields[*layout.genres], ' ');
    case GenreStyle::kPiped:
      return split_names(fields[*layout.genres], '|');
  }
  return {};
}

int year_of(Fields fields, const MoviesLayout& layout) {
  int year = layout.year ? parse_year(fields[*layout.year]) : 0;
  if (year == 0) year = year_of_title(fields[layout.title]);
  if (year == 0 && layout.release_date) year = parse_year(fields[*layout.release_date]);
  return year;
}

std::expected<Movie, std::string> movie_of_row(const RowReader& row, const MoviesLayout& layout) {
  if (row.malformed()) return std::unexpected("a quote is not closed");
  const auto fields = row.fields();
  if (fields.size() < layout.min_fields || fields.size() > layout.max_fields)
    return std::unexpected(
        fmt::format("{} fields where {} are wanted", fields.size(), layout.min_fields));
  const auto id = parse_id(fields[layout.id]);
  if (!id) return std::unexpected("the movie id is not a positive whole number");
  const auto title = trimmed(fields[layout.title]);
  if (title.find('\0') != std::string_view::npos)
    return std::unexpected("the title holds a NUL byte");
  return Movie{
      .id = *id,
      .title = std::string(title),
      .genres = genres_of(fields, layout),
      .year = year_of(fields, layout),
      .tags = layout.tags ? split_names(fields[*layout.tags], '|') : std::vector<std::string>()};
}

}  // namespace

std::vector<Movie> read_movies(std::string_view text, const MoviesLayout& layout,
                               LineTally& tally) {
  std::vector<Movie> movies;
  std::unordered_map<MovieId, std::int64_t> line_of;
  RowReader rows(text, layout.separator);
  if (layout.has_header) rows.next();
  while (rows.next()) {
    auto movie = movie_of_row(rows, layout);
    if (!movie) {
      tally.add_bad(rows.line(), std::move(movie.error()));
      continue;
    }
    if (const auto [seen, is_new] = line_of.emplace(movie->id, rows.line()); !is_new) {
      tally.add_bad(rows.line(),
                    fmt::format("movie {} was given on line {} already", movie->id, seen->second));
      continue;
    }
    tally.add_good();
    movies.push_back(std::move(*movie));
  }
  return movies;
}

}  // namespace marquee
