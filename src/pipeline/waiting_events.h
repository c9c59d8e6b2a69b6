// What the stream has accepted and nobody has applied yet.
#pragma once

#include "core/config.h"
#include "store/rating_store.h"

namespace marquee {

// Moves the events that the stream holds now into the store: of each partition all that lie below
// the end it has at the call, so that producers that never pause do not keep it from ending. Safe
// beside a consumer that runs elsewhere, which it neither waits for nor disturbs. kUnavailable when
// the stream gives nothing for 30 s though there is more.
Status apply_waiting_events(const Config& config, RatingStore& store);

}  // namespace marquee
