#include "datasets/ratings_layout.h"

#include <fmt/format.h>

#include "datasets/field_parsing.h"
#include "datasets/header_row.h"

namespace marquee {
namespace {

constexpr int kSniffedRows = 50;  // a file may open with a few bad lines

constexpr const char* kKnownLayouts =
    "give a CSV with the header user_id,movie_id,rating,timestamp, or MovieLens' u.data, "
    "ratings.dat "
    "or ratings.csv, or a RecBole .inter file; were --ratings and --movies swapped?";

// Whether one of the first rows starts with two ids and has a third field, as ratings without a
// header do.
bool has_rating_rows(std::string_view text, Separator separator) {
  RowReader rows(text, separator);
  for (int i = 0; i < kSniffedRows && rows.next(); ++i) {
    const auto fields = rows.fields();
    if (fields.size() >= 3 && fields.size() <= 4 && parse_id(fields[0]) && parse_id(fields[1]))
      return true;
  }
  return false;
}

RatingsLayout headerless(std::string name, Separator separator) {
  return {.name = std::move(name), .separator = separator, .time = 3};
}

std::string name_of_layout(const HeaderRow& header) {
  if (header.separator() == Separator::kTab) return "recbole";
  return header.text().find("userId") != std::string::npos ? "movielens-csv" : "csv";
}

std::unexpected<Error> missing_column(std::string_view column, const HeaderRow& header,
                                      const std::string& file) {
  return fail(
      ErrorCode::kUnfit,
      fmt::format("this is not a ratings file: its header has no {} but {}", column, header.text()),
      file + ":1", kKnownLayouts);
}

Result<RatingsLayout> layout_of_header(const HeaderRow& header, const std::string& file) {
  const auto user = header.user(), movie = header.movie(), rating = header.rating();
  if (!user) return missing_column("user_id", header, file);
  if (!movie) return missing_column("movie_id", header, file);
  if (!rating) return missing_column("rating", header, file);
  return RatingsLayout{.name = name_of_layout(header),
                       .separator = header.separator(),
                       .has_header = true,
                       .user = *user,
                       .movie = *movie,
                       .rating = *rating,
                       .time = header.time(),
                       .min_fields = header.size(),
                       .max_fields = header.size()};
}

bool names_a_column(const HeaderRow& header) {
  return header.user() || header.movie() || header.rating();
}

}  // namespace

Result<RatingsLayout> recognise_ratings(std::string_view text, const std::string& file) {
  const HeaderRow header(text);
  if (header.size() == 0) return fail(ErrorCode::kUnfit, "the file has only blank lines", file);
  if (names_a_column(header)) return layout_of_header(header, file);
  if (has_rating_rows(text, Separator::kDoubleColon))
    return headerless("movielens-dat", Separator::kDoubleColon);
  if (has_rating_rows(text, Separator::kTab)) return headerless("movielens-100k", Separator::kTab);
  if (has_rating_rows(text, Separator::kComma))
    return fail(ErrorCode::kUnfit, "the first line does not name the columns", file + ":1",
                "put user_id,movie_id,rating,timestamp on a line above the ratings");
  return fail(ErrorCode::kUnfit, "this is not a ratings file of a known layout", file,
              kKnownLayouts);
}

}  // namespace marquee
