#include "features/features.h"
#include "pipeline/run_data.h"
#include "pipeline/task.h"
#include "pipeline/task_bodies.h"

namespace marquee {
namespace {

struct Features {
  std::vector<UserFeatures> users;
  std::vector<MovieFeatures> movies;
};

Features features_of(std::span<const Rating> ratings) {
  return {user_features(ratings), movie_features(ratings)};
}

Result<TaskOutcome> extract_features(const RunContext& run, const RunFolder& folder) {
  if (run.progress) run.progress("reading the ratings", 0);
  MARQUEE_ASSIGN(const RunData data, open_run_data(run, folder));
  MARQUEE_ASSIGN(const std::vector<Rating> ratings, data.ratings());
  const Features features = features_of(ratings);
  MARQUEE_ASSIGN(
      const FeatureRepair repaired,
      data.source->write_features(data.snapshot, features.users, features.movies, run.progress));
  return TaskOutcome{
      .figures = {{"ratings", ratings.size()},
                  {"users", features.users.size()},
                  {"movies", features.movies.size()},
                  {"user_rows_that_differed", repaired.users},
                  {"movie_rows_that_differed", repaired.movies}},
      .text = fmt::format(
          "extract-features {}: {} users and {} movies from {} ratings; {} rows had drifted\n",
          run.run_id, features.users.size(), features.movies.size(), ratings.size(),
          repaired.users + repaired.movies)};
}

}  // namespace

Result<TaskReport> perform_extract_features(const RunContext& run) {
  return perform(run, "extract-features",
                 [&](const RunFolder& folder) { return extract_features(run, folder); });
}

Result<TaskReport> run_extract_features(const RunContext& run) {
  return with_lock(run, "extract-features", [&] { return perform_extract_features(run); });
}

}  // namespace marquee
