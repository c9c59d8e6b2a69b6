#include "datasets/scores_reader.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "core/durable_file.h"
#include "core/trimmed.h"
#include "datasets/field_parsing.h"
#include "datasets/header_row.h"
#include "datasets/row_reader.h"

namespace marquee {
namespace {

struct ScoreColumns {
  std::size_t user = 0, movie = 0, score = 0, count = 0;
};

std::optional<double> parse_score(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

Result<ScoreColumns> columns_of(const HeaderRow& header, const std::string& file) {
  const auto user = header.user(), movie = header.movie(), score = header.find({"score"});
  if (user && movie && score) return ScoreColumns{*user, *movie, *score, header.size()};
  return fail(ErrorCode::kUnfit, "the first line does not name user_id, movie_id and score",
              file + ":1", "put user_id,movie_id,score on a line above the scores");
}

std::optional<Score> score_of_row(const RowReader& row, const ScoreColumns& columns) {
  const auto fields = row.fields();
  if (row.malformed() || fields.size() != columns.count) return std::nullopt;
  const auto user = parse_id(fields[columns.user]), movie = parse_id(fields[columns.movie]);
  const auto value = parse_score(fields[columns.score]);
  if (!user || !movie || !value) return std::nullopt;
  return Score{*user, *movie, *value};
}

}  // namespace

Result<std::vector<Score>> read_scores(const std::filesystem::path& path) {
  MARQUEE_ASSIGN(const std::string text, read_file(path));
  const HeaderRow header(text);
  MARQUEE_ASSIGN(const ScoreColumns columns, columns_of(header, path.string()));
  std::vector<Score> scores;
  std::set<std::pair<UserId, MovieId>> pairs;
  RowReader rows(text, header.separator());
  rows.next();
  while (rows.next()) {
    const auto refuse = [&](std::string what) {
      return fail(ErrorCode::kUnfit, std::move(what),
                  fmt::format("{}:{}", path.string(), rows.line()),
                  "give one line user_id,movie_id,score for each pair");
    };
    const auto score = score_of_row(rows, columns);
    if (!score) return refuse("this line is not two ids and a number");
    if (!pairs.emplace(score->user, score->movie).second)
      return refuse(fmt::format("user {} and movie {} stand here for the second time", score->user,
                                score->movie));
    scores.push_back(*score);
  }
  return scores;
}

}  // namespace marquee
