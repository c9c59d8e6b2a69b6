// Recognises how a movies file is laid out, from its first lines. Internal to datasets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "datasets/row_reader.h"

namespace marquee {

enum class GenreStyle {
  kPiped,   // "Comedy|Film-Noir" in one field
  kSpaced,  // "Comedy Film-Noir" in one field (RecBole's token_seq)
  kFlags,   // 19 fields of 0 and 1 from column `genres` on (u.item)
};

struct MoviesLayout {
  Separator separator = Separator::kComma;
  bool has_header = false;
  std::size_t id = 0;
  std::size_t title = 1;
  std::optional<std::size_t> genres = std::nullopt;
  GenreStyle genre_style = GenreStyle::kPiped;
  std::optional<std::size_t> year = std::nullopt;          // goes before the title's year
  std::optional<std::size_t> release_date = std::nullopt;  // stands in where the title has no year
  std::optional<std::size_t> tags = std::nullopt;          // pipe-separated
  std::size_t min_fields = 0;
  std::size_t max_fields = 0;
};

// kUnfit, with what was found and what is known, when `text` is in none of the layouts.
Result<MoviesLayout> recognise_movies(std::string_view text, const std::string& file);

}  // namespace marquee
