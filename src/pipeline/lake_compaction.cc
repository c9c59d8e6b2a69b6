#include "pipeline/lake_compaction.h"

#include <algorithm>
#include <thread>

#include "core/log.h"
#include "lake/import_events.h"

namespace marquee {

Result<OffsetVector> import_offsets(ObjectStore& store) {
  MARQUEE_ASSIGN(const auto imports, completed_imports(store));
  OffsetVector offsets;
  for (const CompletedImport& import : imports)
    offsets.push_back({import.range.topic, import.range.partition, import.range.end});
  return offsets;
}

Result<Compaction> compact_beside_others(ObjectStore& store, const OffsetVector& target,
                                         const CompactionOptions& options,
                                         const LakeProgress& progress) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    auto compacted = compact_ratings(store, target, options, progress);
    if (compacted || compacted.error().code != ErrorCode::kConflict || attempt == kAttempts)
      return compacted;
    spdlog::info("another compaction was first; going on from its result");
  }
}

Result<Compaction> compact_to_committed(ObjectStore& store, std::span<const StreamProgress> stream,
                                        const CompactionOptions& options,
                                        const LakeProgress& progress) {
  MARQUEE_ASSIGN(OffsetVector target, import_offsets(store));
  for (const StreamProgress& partition : stream)
    target.push_back({partition.partition.topic, partition.partition.partition,
                      partition.committed.value_or(0)});
  return compact_beside_others(store, normalised(std::move(target)), options, progress);
}

Result<Compaction> compact_lake(const Config& config, const LakeProgress& progress) {
  MARQUEE_ASSIGN(const auto store, open_object_store(config));
  MARQUEE_ASSIGN(const auto stream, stream_progress(config));
  const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return compact_to_committed(*store, stream, {.events = config.events, .threads = threads},
                              progress);
}

}  // namespace marquee
