#include "pipeline/run_source.h"

#include "lake/running_deltas.h"
#include "pipeline/lake_run_source.h"
#include "pipeline/nightly_tables.h"
#include "pipeline/store_run_source.h"

namespace marquee {

Result<std::unique_ptr<RunSource>> open_run_source(const Config& config, Clock& clock,
                                                   TimeMicros run_time) {
  if (config.storage.mode == "embedded") return StoreRunSource::open(config);
  MARQUEE_ASSIGN(auto store, open_object_store(config));
  LakeSurroundings surroundings{.stream = [&config] { return stream_progress(config); },
                                .put_nightly = put_nightly_into_tables(config, run_time),
                                .prune_running = prune_running_in_tables(config),
                                .drop_running_deltas = drop_running_deltas};
  return std::make_unique<LakeRunSource>(config, clock, std::move(store), std::move(surroundings));
}

}  // namespace marquee
