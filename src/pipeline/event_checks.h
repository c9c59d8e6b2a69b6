// What validate looks for in the stream of events since the last compaction, where the lake keeps
// it: see EventProfile.
#pragma once

#include <vector>

#include "core/config.h"
#include "lake/event_profile.h"
#include "pipeline/data_checks.h"

namespace marquee {

// Fails above max_missing_share of events and missing offsets, warns of any: events were accepted
// by the stream and are not in the lake.
Check check_missing(const EventProfile& events, const ValidateOptions& options);
// Warns: a producer sends twice.
Check check_duplicates(const EventProfile& events, const ValidateOptions& options);
// Warns: order within a partition is the order of sending.
Check check_order(const EventProfile& events, const ValidateOptions& options);
// Warns: events came long after they happened.
Check check_lateness(const EventProfile& events, const ValidateOptions& options);

}  // namespace marquee
