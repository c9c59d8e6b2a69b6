// Ratings of files in Bronze: each line an event of the topic "import:<content hash>", its offset
// the number of the line. See docs/formats/lake.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/error.h"
#include "datasets/dataset.h"
#include "lake/bronze_reader.h"
#include "objects/object_store.h"

namespace marquee {

struct CompletedImport {
  OffsetRange range;        // what read_bronze reads it by
  std::int64_t events = 0;  // in that range; other lines hold no rating
};

// Writes the ratings of one file. `ratings` are in any order, each with a line of its own; the
// topic is named by `content_hash`. A rating without a time is written without one, record time
// included, so that it stays unknown.
//
// The record of the import is put last (kept under bronze/imports/): an import that was killed is
// not there for who asks completed_imports(), and running it again completes it. False: the file
// was there already, and nothing was written. kConflict when it was imported before with other
// results, as when the bounds of ratings were changed in between.
Result<bool> import_events(ObjectStore& store, std::span<const FileRating> ratings,
                           std::string_view content_hash, const BronzeOptions& options,
                           int threads);

// What was imported, by topic: these ranges are complete and will never change.
Result<std::vector<CompletedImport>> completed_imports(ObjectStore& store);

}  // namespace marquee
