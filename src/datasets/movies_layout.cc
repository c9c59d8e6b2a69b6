#include "datasets/movies_layout.h"

#include <fmt/format.h>

#include "datasets/field_parsing.h"
#include "datasets/header_row.h"

namespace marquee {
namespace {

constexpr int kSniffedRows = 50;  // a file may open with a few bad lines

constexpr const char* kKnownLayouts =
    "give a CSV with the header movie_id,title,genres, or MovieLens' u.item, movies.dat or "
    "movies.csv, or a RecBole .item file; were --ratings and --movies swapped?";

bool has_movie_rows(std::string_view text, const MoviesLayout& layout) {
  RowReader rows(text, layout.separator);
  for (int i = 0; i < kSniffedRows && rows.next(); ++i) {
    const auto fields = rows.fields();
    const bool fits = fields.size() >= layout.min_fields && fields.size() <= layout.max_fields;
    if (fits && parse_id(fields[layout.id]) && !parse_id(fields[layout.title])) return true;
  }
  return false;
}

// id::title::genres
MoviesLayout movielens_dat() {
  return {.separator = Separator::kDoubleColon, .genres = 2, .min_fields = 3, .max_fields = 3};
}

// id|title|release date|video release date|URL|19 genre flags
MoviesLayout movielens_100k() {
  return {.separator = Separator::kPipe,
          .genres = 5,
          .genre_style = GenreStyle::kFlags,
          .release_date = 2,
          .min_fields = 24,
          .max_fields = 24};
}

MoviesLayout layout_of_header(const HeaderRow& header) {
  return {.separator = header.separator(),
          .has_header = true,
          .id = *header.movie(),
          .title = *header.title(),
          .genres = header.find({"genres", "genre", "class"}),
          .genre_style =
              header.separator() == Separator::kTab ? GenreStyle::kSpaced : GenreStyle::kPiped,
          .year = header.find({"year", "releaseyear"}),
          .tags = header.find({"tags"}),
          .min_fields = header.size(),
          .max_fields = header.size()};
}

}  // namespace

Result<MoviesLayout> recognise_movies(std::string_view text, const std::string& file) {
  const HeaderRow header(text);
  if (header.size() == 0) return fail(ErrorCode::kUnfit, "the file has only blank lines", file);
  if (header.movie() && header.title()) return layout_of_header(header);
  for (const auto& layout : {movielens_dat(), movielens_100k()})
    if (has_movie_rows(text, layout)) return layout;
  return fail(ErrorCode::kUnfit,
              fmt::format("this is not a movies file of a known layout: it starts with '{}'",
                          header.text()),
              file + ":1", kKnownLayouts);
}

}  // namespace marquee
