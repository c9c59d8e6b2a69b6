// What the journal has accepted and nobody has applied yet.
#pragma once

#include "core/clock.h"
#include "core/config.h"
#include "store/rating_store.h"

namespace marquee {

// Moves the events that the journal holds now into the store; producers that never pause do not
// keep it from ending. Safe beside a consumer that runs elsewhere.
Status apply_waiting_events(const Config& config, const Clock& clock, RatingStore& store);

}  // namespace marquee
