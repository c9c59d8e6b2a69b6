// Any bytes as ratings, movies and tags: what is taken is within bounds and in the order of lines,
// and every line is either taken or told.
#include <cstdlib>

#include "datasets/movies_reader.h"
#include "datasets/ratings_reader.h"
#include "datasets/tags_reader.h"
#include "datasets/text_encoding.h"

namespace marquee {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_as_ratings(std::string_view text) {
  const auto layout = recognise_ratings(text, "fuzz");
  if (!layout) return;
  const EventOptions bounds;
  Dataset dataset;
  LineTally tally(dataset, "fuzz");
  const auto ratings = read_ratings(text, *layout, bounds, tally);
  std::int64_t line = 0;
  for (const auto& [rating, at] : ratings) {
    require(rating.user > 0 && rating.movie > 0 && at > line);
    require(rating.value >= bounds.min_rating && rating.value <= bounds.max_rating);
    require(rating.time == kUnknownTime || rating.time > 0);
    line = at;
  }
  require(tally.close(1).has_value());
  require(dataset.line_count == dataset.bad_line_count + std::ssize(ratings));
}

void read_as_movies_and_tags(std::string_view bytes) {
  const std::string utf8 = to_utf8(std::string(bytes));
  Dataset dataset;
  LineTally tally(dataset, "fuzz");
  if (const auto layout = recognise_movies(utf8, "fuzz")) {
    dataset.movies = read_movies(utf8, *layout, tally);
    for (const Movie& movie : dataset.movies) require(movie.id > 0 && movie.year >= 0);
  }
  dataset.movies.push_back({.id = 1, .title = "", .genres = {}, .year = 0, .tags = {}});
  read_tags(utf8, dataset.movies, tally);
  require(tally.close(1).has_value());
}

}  // namespace
}  // namespace marquee

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto text = marquee::without_byte_order_mark(bytes);
  marquee::read_as_ratings(text);
  marquee::read_as_movies_and_tags(text);
  return 0;
}
