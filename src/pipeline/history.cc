#include "pipeline/history.h"

#include "core/log.h"
#include "pipeline/run_folder.h"
#include "pipeline/run_source.h"

namespace marquee {
namespace {

Status forget(const Config& config) {
  std::vector<Snapshot> snapshots;
  for (const RunFolder& folder : all_runs(config.data_dir))
    if (auto snapshot = folder.snapshot()) snapshots.push_back(std::move(*snapshot));
  SystemClock clock;
  MARQUEE_ASSIGN(const auto source, open_run_source(config, clock, clock.now()));
  return source->keep_only(std::span(snapshots).last(std::min(snapshots.size(), kRunsKept)));
}

}  // namespace

void forget_old_history(const Config& config) {
  const Status status = forget(config);
  if (!status) spdlog::warn("old history is kept for now: {}", status.error().message());
}

}  // namespace marquee
