#include "model/list_rules.h"

#include <fmt/format.h>

#include <charconv>
#include <ranges>

#include "core/durable_file.h"
#include "core/trimmed.h"

namespace marquee {
namespace {

Result<MovieId> parse_movie_id(std::string_view text) {
  MovieId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc() && end == text.data() + text.size() && id > 0) return id;
  return fail(ErrorCode::kUsage, fmt::format("'{}' is no movie id", text), "",
              "an id is a whole number from 1 to 9223372036854775807");
}

Status read_id_file(const std::string& file, std::vector<MovieId>& ids) {
  auto text = read_file(file);
  if (!text)
    return fail(ErrorCode::kUsage, "cannot read the excluded movies: " + text.error().what,
                "rules.exclude_file " + file, "make the file readable, or leave the setting empty");
  int number = 0;
  for (const auto part : std::views::split(*text, '\n')) {
    ++number;
    const std::string_view line(part.begin(), part.end());
    const auto word = trimmed(line.substr(0, line.find('#')));
    if (word.empty()) continue;
    const auto id = parse_movie_id(word);
    if (!id)
      return fail(ErrorCode::kUsage, id.error().what, fmt::format("{}:{}", file, number),
                  "write one movie id a line; what follows a '#' is passed over");
    ids.push_back(*id);
  }
  return {};
}

}  // namespace

Result<std::vector<MovieId>> parse_movie_ids(std::string_view text) {
  std::vector<MovieId> ids;
  for (const auto part : std::views::split(text, ',')) {
    const auto word = trimmed(std::string_view(part.begin(), part.end()));
    if (word.empty()) continue;
    MARQUEE_ASSIGN(const MovieId id, parse_movie_id(word));
    ids.push_back(id);
  }
  return ids;
}

std::vector<std::string> parse_genre_names(std::string_view text) {
  std::vector<std::string> names;
  for (const auto part : std::views::split(text, ',')) {
    const auto word = trimmed(std::string_view(part.begin(), part.end()));
    if (!word.empty()) names.emplace_back(word);
  }
  return names;
}

Result<ListRules> read_rules(const RuleOptions& options) {
  ListRules rules;
  auto ids = parse_movie_ids(options.exclude_movies);
  if (!ids) {
    ids.error().where = "rules.exclude_movies";
    return std::unexpected(std::move(ids.error()));
  }
  rules.exclude = std::move(*ids);
  if (!options.exclude_file.empty()) MARQUEE_TRY(read_id_file(options.exclude_file, rules.exclude));
  rules.genres = parse_genre_names(options.genres);
  rules.exclude_genres = parse_genre_names(options.exclude_genres);
  rules.min_year = static_cast<int>(options.min_year);
  return rules;
}

}  // namespace marquee
