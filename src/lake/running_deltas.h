// Running rows in Silver, for analysis: each flush of a consumer adds objects, none is ever
// changed. See docs/formats/lake.md.
//
//   silver/user-features/_running/<topic>-<partition>-<first>-<last>-<writer>-<hash>.parquet
//   silver/movie-features/_running/…
//
// The underscore keeps readers of silver/user-features/ (pandas, Spark, DuckDB) from taking them for
// nightly rows. `first` and `last` are the least and the greatest last_offset of the rows in it.
#pragma once

#include <span>
#include <vector>

#include "core/features.h"
#include "lake/rating_manifest.h"
#include "objects/object_store.h"

namespace marquee {

// One object for each topic, partition and writer among the rows. Writing the same rows again
// writes the same object. Errors are those of the store; on failure, write them again.
Status write_running_deltas(ObjectStore& store, EntityKind kind, std::span<const RunningRow> rows);

// Of every (id, topic, partition) the row with the greatest last_offset over all objects, by id,
// topic and partition. kCorrupt names the object that cannot be read.
Result<std::vector<RunningRow>> read_running_deltas(ObjectStore& store, EntityKind kind);

// Writes objects that have rows of these entities again without them, the new object first, so that
// a reader misses nothing of others. Again: the same.
Status forget_running_deltas(ObjectStore& store, EntityKind kind,
                             std::span<const std::int64_t> ids);

// Removes the objects whose rows all lie below these offsets: the nightly rows stand in for them.
Status drop_running_deltas(ObjectStore& store, const OffsetVector& offsets);

}  // namespace marquee
