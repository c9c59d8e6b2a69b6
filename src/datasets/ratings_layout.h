// Recognises how a ratings file is laid out, from its first lines. Internal to datasets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "datasets/row_reader.h"

namespace marquee {

struct RatingsLayout {
  std::string name;  // as Dataset::layout
  Separator separator = Separator::kComma;
  bool has_header = false;
  std::size_t user = 0;
  std::size_t movie = 1;
  std::size_t rating = 2;
  std::optional<std::size_t> time = std::nullopt;
  std::size_t min_fields = 3;
  std::size_t max_fields = 4;
};

// kUnfit, with what was found and what is known, when `text` is in none of the layouts.
Result<RatingsLayout> recognise_ratings(std::string_view text, const std::string& file);

}  // namespace marquee
