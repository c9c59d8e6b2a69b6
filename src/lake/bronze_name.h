// Names of Bronze objects: which events an object holds is told by its key alone.
//
//   bronze/user-events/date=2025-03-15/event_<topic>-<partition>-<first>-<last>.json[.zst]
//   bronze/dead-letter/date=2025-03-15/dead_<topic>-<partition>-<first>-<last>.json
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/rating.h"
#include "stream/event_stream.h"

namespace marquee::lake {

enum class BronzeKind { kEvents, kDeadLetters };
enum class Compression { kNone, kZstd };

struct BronzeName {
  BronzeKind kind = BronzeKind::kEvents;
  std::string date;  // date_of() the day of an event's own time, or of a dead letter's record time
  StreamPartition partition;
  std::int64_t first = 0;  // offset of the first event in it
  std::int64_t last = 0;   // … and of the last
  Compression compression = Compression::kNone;

  friend bool operator==(const BronzeName&, const BronzeName&) = default;
};

// "bronze/user-events/" or "bronze/dead-letter/".
std::string_view prefix_of(BronzeKind kind);

// Partition and offsets must not be negative. Bytes of the topic that are neither letters nor
// digits nor one of "._-" are percent-encoded; offsets have 20 digits, so keys of one partition and
// date sort by offset.
std::string key_of(const BronzeName& name);

// nullopt for whatever key_of() does not give.
std::optional<BronzeName> parse_key(std::string_view key);

// Whether the last part of a key claims to be an object of this kind ("event_…", "dead_…"): one
// that does and cannot be parsed must not be passed over.
bool claims_kind(std::string_view key, BronzeKind kind);

// Whole days since 1970-01-01, UTC: what events are grouped by. kUnknownDay for an unknown time and
// for years that have not four digits.
inline constexpr std::int64_t kUnknownDay = std::numeric_limits<std::int64_t>::min();
std::int64_t day_of(TimeMicros time);

// "2025-03-15"; "unknown" for kUnknownDay.
std::string date_of(std::int64_t day);

}  // namespace marquee::lake
