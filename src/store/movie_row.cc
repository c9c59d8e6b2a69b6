#include "store/movie_row.h"

#include <nlohmann/json.hpp>

namespace marquee {
namespace {

std::string to_text(const std::vector<std::string>& values) {
  return nlohmann::json(values).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::vector<std::string>> texts_of(std::string_view json, MovieId movie) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  std::vector<std::string> values;
  bool good = parsed.is_array();
  for (const auto& value : good ? parsed : nlohmann::json::array()) {
    good = good && value.is_string();
    if (good) values.push_back(value.get<std::string>());
  }
  if (good) return values;
  return fail(ErrorCode::kCorrupt, "a movie's genres or tags are not a JSON array of texts",
              "table movies, movie_id " + std::to_string(movie), "import the movies again");
}

}  // namespace

void bind_movie(sqlite::Statement& statement, const Movie& movie) {
  statement.bind(0, movie.id)
      .bind(1, std::string_view(movie.title))
      .bind(2, std::string_view(to_text(movie.genres)))
      .bind(3, static_cast<std::int64_t>(movie.year))
      .bind(4, std::string_view(to_text(movie.tags)));
}

Result<Movie> movie_at(const sqlite::Statement& row) {
  Movie movie{.id = row.integer(0),
              .title = std::string(row.text(1)),
              .genres = {},
              .year = static_cast<int>(row.integer(3)),
              .tags = {}};
  MARQUEE_ASSIGN(movie.genres, texts_of(row.text(2), movie.id));
  MARQUEE_ASSIGN(movie.tags, texts_of(row.text(4), movie.id));
  return movie;
}

}  // namespace marquee
