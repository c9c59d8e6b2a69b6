#include "datasets/dataset.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <new>

#include "datasets/input_files.h"
#include "datasets/line_tally.h"
#include "datasets/movies_reader.h"
#include "datasets/ratings_reader.h"
#include "datasets/tags_reader.h"
#include "datasets/text_encoding.h"

namespace marquee {
namespace {

Status add_ratings(const InputFile& file, const ImportOptions& import, const EventOptions& events,
                   Dataset& dataset) {
  MARQUEE_ASSIGN(const std::string bytes, file.read());
  MARQUEE_TRY(check_is_text(bytes, file.label()));
  const auto text = without_byte_order_mark(bytes);
  MARQUEE_ASSIGN(const auto layout, recognise_ratings(text, file.label()));
  dataset.layout = layout.name;
  dataset.content_hash = fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size()));
  LineTally tally(dataset, file.label());
  dataset.ratings = read_ratings(text, layout, events, tally);
  MARQUEE_TRY(tally.close(import.max_bad_share));
  if (dataset.ratings.empty())
    return fail(ErrorCode::kUnfit, "the file holds no ratings", file.label(),
                "check that it was copied whole");
  return {};
}

Status add_movies(const InputFile& file, const ImportOptions& import, Dataset& dataset) {
  MARQUEE_ASSIGN(std::string bytes, file.read());
  MARQUEE_TRY(check_is_text(bytes, file.label()));
  const std::string utf8 = to_utf8(std::move(bytes));
  const auto text = without_byte_order_mark(utf8);
  MARQUEE_ASSIGN(const auto layout, recognise_movies(text, file.label()));
  LineTally tally(dataset, file.label());
  dataset.movies = read_movies(text, layout, tally);
  MARQUEE_TRY(tally.close(import.max_bad_share));
  if (dataset.movies.empty())
    return fail(ErrorCode::kUnfit, "the file holds no movies", file.label(),
                "check that it was copied whole");
  return {};
}

Status add_tags(const InputFile& file, const ImportOptions& import, Dataset& dataset) {
  MARQUEE_ASSIGN(std::string bytes, file.read());
  const std::string utf8 = to_utf8(std::move(bytes));
  LineTally tally(dataset, file.label());
  read_tags(without_byte_order_mark(utf8), dataset.movies, tally);
  return tally.close(import.max_bad_share);
}

Result<Dataset> read_files(const InputFiles& files, const ImportOptions& import,
                           const EventOptions& events) {
  Dataset dataset;
  MARQUEE_TRY(add_ratings(files.ratings, import, events, dataset));
  if (files.movies) MARQUEE_TRY(add_movies(*files.movies, import, dataset));
  if (files.tags) MARQUEE_TRY(add_tags(*files.tags, import, dataset));
  return dataset;
}

}  // namespace

Result<Dataset> read_dataset(const std::filesystem::path& ratings,
                             const std::filesystem::path& movies, const ImportOptions& import,
                             const EventOptions& events) {
  try {
    MARQUEE_ASSIGN(const auto files, find_input_files(ratings, movies));
    return read_files(files, import, events);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::kIo, "there is not enough memory to read the data set", ratings.string(),
                "split the file, or use a machine with more memory");
  }
}

}  // namespace marquee
