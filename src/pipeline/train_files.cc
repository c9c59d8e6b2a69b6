#include "pipeline/train_files.h"

#include <xxhash.h>

#include "datasets/dataset.h"
#include "pipeline/training.h"

namespace marquee {
namespace {

// 9999-12-31T23:59:59Z, the last moment that a run id can name.
constexpr TimeMicros kLastMoment = 253'402'300'799 * kMicrosPerSecond;

class ContentHash {
 public:
  ContentHash() : state_(XXH3_createState(), &XXH3_freeState) { XXH3_64bits_reset(state_.get()); }

  template <typename T>
    requires std::is_arithmetic_v<T>
  void add(T value) {
    XXH3_64bits_update(state_.get(), &value, sizeof value);
  }
  void add(std::string_view text) {
    add(text.size());
    XXH3_64bits_update(state_.get(), text.data(), text.size());
  }
  void add(const std::vector<std::string>& texts) {
    add(texts.size());
    for (const std::string& text : texts) add(std::string_view(text));
  }
  std::string digest() const { return fmt::format("{:016x}", XXH3_64bits_digest(state_.get())); }

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

// Of what was understood, not of the files' bytes: the order of lines does not matter.
std::string content_hash(std::span<const Rating> ratings, std::span<const Movie> movies) {
  ContentHash hash;
  for (const Rating& rating : ratings) {
    hash.add(rating.user);
    hash.add(rating.movie);
    hash.add(rating.value);
    hash.add(rating.time);
  }
  for (const Movie& movie : movies) {
    hash.add(movie.id);
    hash.add(std::string_view(movie.title));
    hash.add(movie.genres);
    hash.add(movie.year);
    hash.add(movie.tags);
  }
  return hash.digest();
}

std::string run_id_of(std::span<const Rating> ratings) {
  const auto newest = std::ranges::max_element(ratings, {}, &Rating::time);
  return run_id_at(newest == ratings.end() ? 0
                                           : std::clamp<TimeMicros>(newest->time, 0, kLastMoment));
}

std::string lineage_of(std::span<const Rating> ratings, std::span<const Movie> movies) {
  return nlohmann::json{{"source", "files"},
                        {"content_hash", content_hash(ratings, movies)},
                        {"ratings", ratings.size()},
                        {"movies", movies.size()}}
      .dump();
}

std::string bad_lines_text(const Dataset& dataset) {
  std::string text;
  for (const BadLine& bad : dataset.bad_lines)
    text += fmt::format("  left out {}:{}: {}\n", bad.file, bad.line, bad.reason);
  const auto untold = dataset.bad_line_count - std::ssize(dataset.bad_lines);
  if (untold > 0) text += fmt::format("  left out {} more lines\n", untold);
  return text;
}

}  // namespace

Result<TaskReport> train_from_files(const Config& config, const FileTraining& files,
                                    const Progress& progress) {
  if (progress) progress("reading the files", 0);
  MARQUEE_ASSIGN(Dataset dataset,
                 read_dataset(files.ratings, files.movies, config.import, config.events));
  const std::vector<Rating> ratings = latest_ratings(dataset.ratings);
  if (ratings.empty())
    return fail(ErrorCode::kUnfit, "there are no ratings to train on", files.ratings.string(),
                "give a file with ratings");
  std::ranges::stable_sort(dataset.movies, {}, &Movie::id);
  const TrainingInput input{.ratings = ratings,
                            .movies = dataset.movies,
                            .run_id = files.run_id.empty() ? run_id_of(ratings) : files.run_id,
                            .snapshot_json = lineage_of(ratings, dataset.movies)};
  MARQUEE_ASSIGN(TaskOutcome outcome, fit_and_write(config, input, files.model, progress));
  outcome.figures["run_id"] = input.run_id;
  outcome.figures["bad_lines"] = dataset.bad_line_count;
  return TaskReport{std::move(outcome.figures), outcome.text + bad_lines_text(dataset)};
}

}  // namespace marquee
