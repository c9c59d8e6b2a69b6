#include "pipeline/run_data.h"

namespace marquee {
namespace {

std::unexpected<Error> not_available(std::string what, std::string key, std::string instead) {
  return fail(ErrorCode::kUsage, what + " is not available yet in this version", key,
              "use " + key + "=" + instead);
}

}  // namespace

Status require_embedded(const Config& config) {
  if (config.storage.mode != "embedded")
    return not_available("storage.mode=" + config.storage.mode, "storage.mode", "embedded");
  if (config.stream.kind != "journal")
    return not_available("stream.kind=" + config.stream.kind, "stream.kind", "journal");
  return {};
}

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
  MARQUEE_ASSIGN(data.source, open_run_source(run.config, run.clock));
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

Result<RunData> open_newest_data(const Config& config, const Clock& clock,
                                 const Progress& progress) {
  RunData data;
  MARQUEE_ASSIGN(data.source, open_run_source(config, clock));
  MARQUEE_ASSIGN(data.snapshot, data.source->take_snapshot(progress));
  return data;
}

}  // namespace marquee
