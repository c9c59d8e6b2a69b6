#include "pipeline/history.h"

#include "core/log.h"
#include "pipeline/run_folder.h"

namespace marquee {
namespace {

Status forget(const Config& config) {
  std::vector<std::int64_t> sequences;
  for (const RunFolder& folder : all_runs(config.data_dir))
    if (const auto snapshot = folder.snapshot()) sequences.push_back(snapshot->sequence);
  if (sequences.size() <= kRunsKept) return {};
  const auto oldest_kept = std::min_element(sequences.end() - kRunsKept, sequences.end());
  MARQUEE_ASSIGN(RatingStore store, RatingStore::open(config.data_dir, sqlite::Access::kReadWrite));
  return store.prune_history(*oldest_kept);
}

}  // namespace

void forget_old_history(const Config& config) {
  const Status status = forget(config);
  if (!status) spdlog::warn("old history is kept for now: {}", status.error().message());
}

}  // namespace marquee
