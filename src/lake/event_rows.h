// Events from Bronze as rows with numbered topics.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lake/bronze_reader.h"
#include "lake/rating_manifest.h"
#include "lake/rating_rows.h"

namespace marquee::lake {

// What has to be read to get from `offsets` to `target`, which covers them.
std::vector<OffsetRange> ranges_between(const OffsetVector& offsets, const OffsetVector& target);

// Every valid event of the ranges, unsorted, about 48 bytes each. `topics` number them.
Result<std::vector<RatingRow>> read_event_rows(ObjectStore& store,
                                               std::span<const OffsetRange> ranges,
                                               std::span<const std::string> topics,
                                               const EventOptions& options, int threads);

}  // namespace marquee::lake
