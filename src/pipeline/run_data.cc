#include "pipeline/run_data.h"

namespace marquee {
Result<std::vector<Rating>> RunData::ratings() const {
  auto ratings = source->read_ratings(snapshot);
  if (ratings && ratings->empty())
    return fail(ErrorCode::kUnfit, "there are no ratings to train on", "",
                "import some: marquee import --ratings FILE --movies FILE, or marquee produce");
  return ratings;
}

Result<std::vector<Movie>> RunData::movies() const {
  return source->read_movies(snapshot);
}

Result<RunData> open_run_data(const RunContext& run, const RunFolder& folder) {
  RunData data;
  MARQUEE_ASSIGN(const TimeMicros time, run_time(run.run_id));
  MARQUEE_ASSIGN(data.source, open_run_source(run.config, run.clock, time));
  auto snapshot = folder.snapshot();
  const bool first = !snapshot && snapshot.error().code == ErrorCode::kNotFound;
  if (first) {
    snapshot = data.source->take_snapshot(run.progress);
    if (snapshot) MARQUEE_TRY(folder.write_snapshot(*snapshot));
  }
  if (!snapshot) return std::unexpected(std::move(snapshot.error()));
  data.snapshot = std::move(*snapshot);
  return data;
}

Result<RunData> open_newest_data(const Config& config, Clock& clock, const Progress& progress) {
  RunData data;
  MARQUEE_ASSIGN(data.source, open_run_source(config, clock, clock.now()));
  MARQUEE_ASSIGN(data.snapshot, data.source->take_snapshot(progress));
  return data;
}

}  // namespace marquee
