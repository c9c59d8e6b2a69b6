// Reads Bronze back: every valid event of a stretch of the stream exactly once, whatever was
// written twice. See docs/formats/lake.md.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "core/config.h"
#include "core/error.h"
#include "core/rating.h"
#include "objects/object_store.h"
#include "stream/event_stream.h"

namespace marquee {

// Offsets [first, end) of one partition.
struct OffsetRange {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t first = 0;
  std::int64_t end = 0;

  friend bool operator==(const OffsetRange&, const OffsetRange&) = default;
};

struct BronzeEvent {
  Rating rating;              // the time is resolved: the record time where the event had none
  Provenance source;          // kind kImport for topics "import:…"
  bool is_forgotten = false;  // its place is all that is left; read_bronze() gives none of these
};

// Told of an offset whose event was forgotten, from one thread at a time; may be empty.
using VisitForgotten = std::function<void(const StreamPartition&, std::int64_t offset)>;

// Gives every valid event of these ranges exactly once (a repeat of the same topic, partition and
// offset is dropped) in chunks of some thousands, in unspecified order. Ranges of one partition may
// overlap. Valid means by the rating bounds of `options` as they are now; whoever narrowed them
// since gets fewer events, and a warning with their number.
//
// Reads only objects whose name says that they overlap a range, on `threads` threads, each of which
// holds one object. `take` is called from one thread at a time, but not always the same; its error
// ends the reading and is returned. The events of a chunk live until `take` returns. `forgotten` is
// told of the offsets in the ranges that hold no event any more, of each once.
//
// kCorrupt names object and line of what is not what was written: nothing is ever passed over in
// silence. Else what the store says. After a failure `take` may have been given any part.
Status read_bronze(ObjectStore& store, std::span<const OffsetRange> ranges,
                   const EventOptions& options, int threads,
                   const std::function<Status(std::span<const BronzeEvent>)>& take,
                   const VisitForgotten& forgotten = {});

}  // namespace marquee
