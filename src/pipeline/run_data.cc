#include "pipeline/run_data.h"

#include "pipeline/waiting_events.h"

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

Result<Snapshot> take_snapshot(const Config& config, const Clock& clock, RatingStore& store) {
  MARQUEE_TRY(apply_waiting_events(config, clock, store));
  return store.snapshot();
}

Result<std::vector<Rating>> RunData::ratings() const {
  auto ratings = store->read_ratings(snapshot);
  if (ratings && ratings->empty())
    return fail(ErrorCode::kUnfit, "there are no ratings to train on", "",
                "import some: marquee import --ratings FILE --movies FILE, or marquee produce");
  return ratings;
}

Result<std::vector<Movie>> RunData::movies() const {
  return store->read_movies(snapshot);
}

Result<RunData> open_run_data(const Config& config, const Clock& clock, const RunFolder& folder) {
  MARQUEE_ASSIGN(RatingStore opened,
                 RatingStore::open(config.data_dir, sqlite::Access::kReadWrite));
  RunData data{std::make_unique<RatingStore>(std::move(opened)), {}};
  auto snapshot = folder.snapshot();
  const bool first = !snapshot && snapshot.error().code == ErrorCode::kNotFound;
  if (first) {
    snapshot = take_snapshot(config, clock, *data.store);
    if (snapshot) MARQUEE_TRY(folder.write_snapshot(*snapshot));
  }
  if (!snapshot) return std::unexpected(std::move(snapshot.error()));
  data.snapshot = std::move(*snapshot);
  return data;
}

}  // namespace marquee
