// Which nights write features at this moment, on whatever machines, and up to where running
// increments may have been removed. Rows of a night are replaced as wholes, in no order, so an
// earlier night that is still at work may undo those of a later one. That is harmless as long as
// the increments from the earlier night's offsets on are there: a read adds them again. So
// increments are removed only below the offsets of every night that is at work, and a night that
// comes with less than what was removed already writes nothing. See
// docs/decisions/0019-nights-agree-on-what-to-remove.md.
//
//   silver/nights.json   replaced by conditional puts
#pragma once

#include <string>
#include <string_view>

#include "core/rating.h"
#include "lake/rating_manifest.h"
#include "objects/object_store.h"

namespace marquee {

inline constexpr std::string_view kNightsKey = "silver/nights.json";

// After so long a night that did not end is taken for dead.
inline constexpr TimeMicros kLongestNight = 24 * 3600 * kMicrosPerSecond;

struct NightWriter {
  std::string name;      // nobody else has or had it
  std::string place;     // at most one night is at work there: an earlier one of it is dead
  TimeMicros begun = 0;  // by the clock of its machine
};

// All of these: kCorrupt when the object is not what this program writes; else the store's errors.
// Imports among the offsets are passed over: nobody keeps increments of them.

// To be called before rows as of `offsets` are written. False: increments past them were removed,
// so these rows must not be written any more.
Result<bool> begin_night(ObjectStore& store, const NightWriter& night, const OffsetVector& offsets);

// Once its rows are written: below which offsets the night may remove increments. From then on
// nobody begins with less. Empty when the night was taken for dead.
Result<OffsetVector> agree_on_removal(ObjectStore& store, const NightWriter& night);

// When it writes no more.
Status end_night(ObjectStore& store, const NightWriter& night);

}  // namespace marquee
