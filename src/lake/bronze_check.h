// What lies in Bronze, and whether it is all there: for `marquee lake ls` and `lake verify`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/error.h"
#include "objects/object_store.h"
#include "stream/event_stream.h"

namespace marquee {

// Objects of one partition, as their names tell.
struct BronzeContents {
  StreamPartition partition;
  bool dead_letters = false;  // else events
  std::int64_t objects = 0;
  std::uint64_t bytes = 0;  // as stored
  std::int64_t first = 0;   // lowest offset
  std::int64_t last = 0;    // highest offset
  std::string first_date;   // "unknown" only when there is no other
  std::string last_date;
  std::optional<std::int64_t> events;  // how many; only when they were counted
};

// By partition, events before dead letters. Counting reads every object, on `threads` threads, and
// counts a repeated offset once and forgotten events not at all; without it only names are looked
// at.
Result<std::vector<BronzeContents>> list_bronze_contents(ObjectStore& store, bool count,
                                                         int threads);

// What should be in Bronze of one partition: offsets [begin, committed). Offsets below the lowest
// that is in Bronze and below `begin` are not asked for: the stream had forgotten them before the
// first consumer came.
struct ExpectedOffsets {
  StreamPartition partition;
  std::int64_t begin = 0;      // the lowest offset that the stream still has
  std::int64_t committed = 0;  // of the consumer group
  bool may_pass_over = false;  // lines of an access log: gaps are legitimate
  // How many events lie between, where that is known (imports): then gaps are legitimate as long as
  // the number is right.
  std::optional<std::int64_t> events;
};

// What a consumer group has committed; partitions that it never read are left out. Lines of the
// topic `access_log_topic` may be passed over.
std::vector<ExpectedOffsets> expected_offsets(std::span<const StreamProgress> progress,
                                              std::string_view access_log_topic);

// Offsets [first, end).
struct OffsetGap {
  std::int64_t first = 0;
  std::int64_t end = 0;
  friend bool operator==(const OffsetGap&, const OffsetGap&) = default;
};

struct PartitionCheck {
  StreamPartition partition;
  std::int64_t events = 0;        // valid ones, each offset once
  std::int64_t dead_letters = 0;  // each offset once
  std::int64_t forgotten = 0;     // offsets of either whose content was forgotten with its user
  std::int64_t repeats = 0;       // lines that readers drop, since their offset was there already
  std::int64_t in_both = 0;       // offsets that are an event and a dead letter: judged twice, by
                                  // different settings
  std::int64_t uncommitted = 0;   // offsets at or above the committed one: will be written again
  std::int64_t missing = 0;       // offsets in the gaps; of an import, the events that lack
  std::vector<OffsetGap> gaps;    // the first 100
  bool is_expected = false;       // somebody said what should be there
  bool is_complete = true;        // nothing was lost: what is missing, if anything, is legitimate
};

struct BronzeCheck {
  std::vector<PartitionCheck> partitions;  // by topic and partition
  bool is_complete() const;                // every one of them
};

// Reads everything and compares it with what is expected; imports are expected as their own records
// say (see import_events.h). Needs a bit of memory for each offset. kCorrupt names what cannot be
// read.
Result<BronzeCheck> check_bronze(ObjectStore& store, std::span<const ExpectedOffsets> expected,
                                 int threads);

}  // namespace marquee
