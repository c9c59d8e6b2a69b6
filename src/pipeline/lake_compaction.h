// Compacting between the nights, by hand or by a timer of its own.
#pragma once

#include "core/config.h"
#include "lake/silver_ratings.h"
#include "stream/event_stream.h"

namespace marquee {

// Brings silver/ratings/ of the configured lake up to the group's committed offsets and the
// completed imports; waits for nothing. Safe beside consumers, runs and other compactions: who
// loses a race goes on from the other's result. Nothing is swept: the next run does.
Result<Compaction> compact_lake(const Config& config, const LakeProgress& progress);

// The same for a lake and a stream that are at hand.
Result<Compaction> compact_to_committed(ObjectStore& store, std::span<const StreamProgress> stream,
                                        const CompactionOptions& options,
                                        const LakeProgress& progress);

// compact_ratings(), again when another compaction was first.
Result<Compaction> compact_beside_others(ObjectStore& store, const OffsetVector& target,
                                         const CompactionOptions& options,
                                         const LakeProgress& progress);

// The offsets of every completed import.
Result<OffsetVector> import_offsets(ObjectStore& store);

}  // namespace marquee
