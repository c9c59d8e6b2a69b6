#include "datasets/synthetic.h"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "core/durable_file.h"
#include "datasets/synthetic_activity.h"
#include "datasets/synthetic_catalogue.h"
#include "datasets/synthetic_user.h"

namespace marquee {
namespace {

constexpr std::int64_t kMaxUsers = 100'000'000;
constexpr std::int64_t kMaxItems = 10'000'000;
constexpr std::size_t kWrittenAtOnce = 1 << 20;
constexpr std::int64_t kUsersPerProgress = 256;

Status check_range(std::string_view option, std::int64_t value, std::int64_t most) {
  if (value >= 1 && value <= most) return {};
  return fail(ErrorCode::kUsage, fmt::format("{} cannot be {}", option, value), "generate",
              fmt::format("give a number from 1 to {}", most));
}

Status check(const SyntheticOptions& options) {
  MARQUEE_TRY(check_range("--users", options.users, kMaxUsers));
  MARQUEE_TRY(check_range("--items", options.items, kMaxItems));
  const std::int64_t pairs = options.users * options.items;
  if (options.ratings > pairs)
    return fail(ErrorCode::kUsage,
                fmt::format("{} users and {} movies cannot have {} ratings", options.users,
                            options.items, options.ratings),
                "generate", fmt::format("ask for at most {}, one a user and movie", pairs));
  return check_range("--ratings", options.ratings, pairs);
}

// A durable file that is written in large pieces.
class TextFile {
 public:
  static Result<TextFile> create(const std::filesystem::path& path) {
    MARQUEE_ASSIGN(auto file, DurableFile::create(path));
    return TextFile(std::move(file));
  }
  // Where to append text; write_if_full() now and then.
  std::string& text() { return text_; }
  Status write_if_full() { return text_.size() < kWrittenAtOnce ? Status() : write(); }
  Status write() {
    const Status status = file_.append(std::as_bytes(std::span(text_)));
    text_.clear();
    return status;
  }
  Status commit() { return file_.commit(); }

 private:
  explicit TextFile(DurableFile file) : file_(std::move(file)) {}
  DurableFile file_;
  std::string text_;
};

void append_movie(std::int64_t id, const SyntheticMovie& movie, std::string& text) {
  fmt::format_to(std::back_inserter(text), "{},{},", id, movie.title);
  for (std::size_t i = 0; i < movie.genres.size(); ++i)
    fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : "|",
                   genres()[movie.genres[i]].name);
  text += '\n';
}

void append_rating(std::int64_t user, const SyntheticRating& rating, std::string& text) {
  fmt::format_to(std::back_inserter(text), "{},{},{}.{},{}\n", user, rating.movie + 1,
                 rating.half_stars / 2, rating.half_stars % 2 * 5, rating.time);
}

Status write_movies(const SyntheticCatalogue& catalogue, TextFile& file) {
  file.text() += "movie_id,title,genres\n";
  std::int64_t id = 0;
  for (const SyntheticMovie& movie : catalogue.movies()) {
    append_movie(++id, movie, file.text());
    MARQUEE_TRY(file.write_if_full());
  }
  return file.write();
}

Status write_ratings(const SyntheticOptions& options, const SyntheticCatalogue& catalogue,
                     const TasteSpace& space, const std::function<void(double)>& progress,
                     TextFile& file) {
  const auto activity = plan_activity(options.users, options.items, options.ratings, options.seed);
  SyntheticUsers users(catalogue, space, options.seed);
  file.text() += "user_id,movie_id,rating,timestamp\n";
  std::int64_t written = 0;
  for (std::int64_t user = 1; user <= options.users; ++user) {
    const auto index = static_cast<std::uint64_t>(user - 1);
    for (const auto& rating : users.ratings_of(index, activity[index]))
      append_rating(user, rating, file.text());
    MARQUEE_TRY(file.write_if_full());
    written += activity[index];
    if (progress && user % kUsersPerProgress == 0)
      progress(static_cast<double>(written) / static_cast<double>(options.ratings));
  }
  return file.write();
}

}  // namespace

Status write_synthetic(const SyntheticOptions& options, const std::filesystem::path& folder,
                       const std::function<void(double)>& progress) {
  MARQUEE_TRY(check(options));
  MARQUEE_TRY(make_folders(folder));
  MARQUEE_ASSIGN(auto movies, TextFile::create(folder / "movies.csv"));
  MARQUEE_ASSIGN(auto ratings, TextFile::create(folder / "ratings.csv"));
  const TasteSpace space(options.seed);
  const SyntheticCatalogue catalogue(options.items, options.seed, space);
  MARQUEE_TRY(write_movies(catalogue, movies));
  MARQUEE_TRY(write_ratings(options, catalogue, space, progress, ratings));
  MARQUEE_TRY(movies.commit());
  return ratings.commit();
}

}  // namespace marquee
