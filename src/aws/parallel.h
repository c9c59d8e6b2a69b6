// Several requests at once, bounded.
#pragma once

#include <cstddef>
#include <functional>

#include "core/error.h"

namespace marquee::aws {

// Calls work(0) … work(count - 1) on up to `threads` threads, the caller's included, and waits for
// all that were begun. After a failure no further one begins; gives the first failure. `work` must
// be thread-safe.
Status in_parallel(std::size_t count, int threads, const std::function<Status(std::size_t)>& work);

}  // namespace marquee::aws
