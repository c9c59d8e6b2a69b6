// How far back runs can be repeated: a repeat reads its snapshot, and the store keeps what that
// needs.
#pragma once

#include "core/config.h"

namespace marquee {

// The runs whose snapshots stay readable.
inline constexpr std::size_t kRunsKept = 30;

// Lets the store forget what only older runs need. A failure is logged: the next run tries again.
void forget_old_history(const Config& config);

}  // namespace marquee
