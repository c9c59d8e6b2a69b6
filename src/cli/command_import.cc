#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <tuple>

#include "cli/command.h"
#include "core/progress.h"
#include "datasets/dataset.h"
#include "lake/catalogue.h"
#include "lake/import_events.h"
#include "objects/object_store.h"
#include "store/rating_store.h"

namespace marquee::cli {
namespace {

using std::chrono::steady_clock;

struct Arguments {
  std::string ratings;
  std::string movies;
};

// What an import changed in the store.
struct Changes {
  std::int64_t ratings = 0;
  std::int64_t movies = 0;
};

// Inserting in the order of the table takes half the time of a random order.
void sort_like_the_table(std::vector<FileRating>& ratings) {
  std::ranges::sort(ratings, {}, [](const FileRating& r) {
    return std::tuple(r.rating.user, r.rating.movie, r.rating.time, r.line);
  });
}

// Everything in one transaction: killed at any moment, all or nothing is there.
Result<Changes> apply(const Dataset& data, RatingStore& store, ProgressBar& progress) {
  constexpr std::size_t kProgressEvery = 4096;
  MARQUEE_ASSIGN(auto writer, store.write());
  Changes changes;
  for (const Movie& movie : data.movies) {
    MARQUEE_ASSIGN(const bool changed, writer.put_movie(movie));
    changes.movies += changed ? 1 : 0;
  }
  Provenance source{SourceKind::kImport, "import:" + data.content_hash, 0, 0};
  for (std::size_t k = 0; k < data.ratings.size(); ++k) {
    source.offset = data.ratings[k].line;
    MARQUEE_ASSIGN(const bool changed, writer.apply(data.ratings[k].rating, source));
    changes.ratings += changed ? 1 : 0;
    if (k % kProgressEvery == 0)
      progress.update("storing ratings",
                      static_cast<double>(k) / static_cast<double>(data.ratings.size()));
  }
  MARQUEE_TRY(writer.commit());
  return changes;
}

nlohmann::json record_of(const Dataset& data, const Changes& changes, double seconds) {
  nlohmann::json bad = nlohmann::json::array();
  for (const BadLine& line : data.bad_lines)
    bad.push_back({{"file", line.file}, {"line", line.line}, {"reason", line.reason}});
  return {{"layout", data.layout},
          {"content_hash", data.content_hash},
          {"lines", data.line_count},
          {"ratings_read", data.ratings.size()},
          {"ratings_changed", changes.ratings},
          {"movies_read", data.movies.size()},
          {"movies_changed", changes.movies},
          {"bad_lines", data.bad_line_count},
          {"first_bad_lines", bad},
          {"seconds", seconds},
          {"rows_per_second", static_cast<double>(data.line_count) / std::max(seconds, 1e-9)}};
}

std::string text_of(const Dataset& data, const Changes& changes, double seconds) {
  constexpr std::size_t kShown = 5;
  std::string text = fmt::format(
      "layout {}: {} ratings read, {} new or changed; {} movies read, {} new or changed\n",
      data.layout, data.ratings.size(), changes.ratings, data.movies.size(), changes.movies);
  if (data.bad_line_count > 0)
    text += fmt::format("{} of {} lines were bad and kept out:\n", data.bad_line_count,
                        data.line_count);
  for (std::size_t k = 0; k < std::min(kShown, data.bad_lines.size()); ++k)
    text += fmt::format("  {}:{}: {}\n", data.bad_lines[k].file, data.bad_lines[k].line,
                        data.bad_lines[k].reason);
  return text + fmt::format("{:.1f} s, {:.0f} rows/s\n", seconds,
                            static_cast<double>(data.line_count) / std::max(seconds, 1e-9));
}

Result<Changes> apply_to_database(Dataset& data, const Config& config, ProgressBar& progress) {
  sort_like_the_table(data.ratings);
  MARQUEE_ASSIGN(auto store, RatingStore::open(config.data_dir, sqlite::Access::kReadWrite));
  return apply(data, store, progress);
}

// The catalogue first: a run that sees the ratings knows their movies.
Result<Changes> apply_to_lake(const Dataset& data, ObjectStore& lake, const Config& config,
                              ProgressBar& progress) {
  constexpr int kThreads = 8;  // they wait for the store, mostly
  Changes changes;
  progress.update("storing movies", 0);
  MARQUEE_ASSIGN(changes.movies, merge_catalogue(lake, data.movies));
  progress.update("storing ratings", 0);
  MARQUEE_ASSIGN(const bool is_new,
                 import_events(lake, data.ratings, data.content_hash, config.bronze, kThreads));
  changes.ratings = is_new ? std::ssize(data.ratings) : 0;
  return changes;
}

Status import(const Context& context, const Arguments& arguments) {
  const Config& config = context.config;
  const auto start = steady_clock::now();
  std::unique_ptr<ObjectStore> lake;
  if (config.storage.mode == "aws") {  // a bucket that cannot be reached is told before the reading
    MARQUEE_ASSIGN(lake, open_object_store(config));
  }
  ProgressBar progress(context.quiet);
  progress.update("reading files", 0);
  MARQUEE_ASSIGN(Dataset data,
                 read_dataset(arguments.ratings, arguments.movies, config.import, config.events));
  MARQUEE_ASSIGN(const Changes changes, lake ? apply_to_lake(data, *lake, config, progress)
                                             : apply_to_database(data, config, progress));
  const std::chrono::duration<double> taken = steady_clock::now() - start;
  context.print(record_of(data, changes, taken.count()), text_of(data, changes, taken.count()));
  return {};
}

}  // namespace

void add_import(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      add_command(app, "import", "Load ratings and movies from files into the store",
                  "marquee import --ratings ratings.csv --movies movies.csv\n"
                  "  marquee import --ratings ml-latest-small.zip",
                  [arguments](Context& context) { return import(context, *arguments); });
  command
      ->add_option("--ratings", arguments->ratings,
                   "A file, a folder or a zip: CSV, MovieLens or RecBole; the layout is recognised")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--movies", arguments->movies,
                   "The movies, when they do not lie beside the ratings")
      ->type_name("FILE");
}

}  // namespace marquee::cli
