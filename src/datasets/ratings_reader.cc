#include "datasets/ratings_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/field_parsing.h"

namespace marquee {
namespace {

std::string wrong_field_count(std::size_t count, const RatingsLayout& layout) {
  if (layout.min_fields == layout.max_fields)
    return fmt::format("{} fields where {} are wanted", count, layout.min_fields);
  return fmt::format("{} fields where {} to {} are wanted", count, layout.min_fields,
                     layout.max_fields);
}

std::expected<Rating, std::string> rating_of_row(const RowReader& row, const RatingsLayout& layout,
                                                 const EventOptions& bounds) {
  if (row.malformed()) return std::unexpected("a quote is not closed");
  const auto fields = row.fields();
  if (fields.size() < layout.min_fields || fields.size() > layout.max_fields)
    return std::unexpected(wrong_field_count(fields.size(), layout));
  const bool has_time = layout.time && *layout.time < fields.size();
  return parse_rating({.user = fields[layout.user],
                       .movie = fields[layout.movie],
                       .rating = fields[layout.rating],
                       .time = has_time ? fields[*layout.time] : std::string_view()},
                      bounds);
}

}  // namespace

std::vector<FileRating> read_ratings(std::string_view text, const RatingsLayout& layout,
                                     const EventOptions& bounds, LineTally& tally) {
  std::vector<FileRating> ratings;
  ratings.reserve(static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1);
  RowReader rows(text, layout.separator);
  if (layout.has_header) rows.next();
  while (rows.next()) {
    auto rating = rating_of_row(rows, layout, bounds);
    if (!rating) {
      tally.add_bad(rows.line(), std::move(rating.error()));
      continue;
    }
    tally.add_good();
    ratings.push_back({*rating, rows.line()});
  }
  return ratings;
}

}  // namespace marquee
