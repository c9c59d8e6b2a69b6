// A quick look at Bronze: whether a few of its objects can be read.
#pragma once

#include "core/error.h"
#include "objects/object_store.h"

namespace marquee {

// Reads up to `objects` event objects whole, spread evenly over all of them, the newest date among
// them. kCorrupt names object and line of what cannot be read. An empty Bronze is readable.
Status check_bronze_sample(ObjectStore& store, int objects);

}  // namespace marquee
