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

// Which events are wanted, and who is told of those that are gone.
struct EventRowOptions {
  EventOptions events = {};
  int threads = 1;
  std::span<const UserId> without = {};  // users who are being forgotten: as if they were already
  VisitForgotten forgotten = {};
};

// Every valid event of the ranges, unsorted, about 48 bytes each. `topics` number them.
Result<std::vector<RatingRow>> read_event_rows(ObjectStore& store,
                                               std::span<const OffsetRange> ranges,
                                               std::span<const std::string> topics,
                                               const EventRowOptions& options);

}  // namespace marquee::lake
