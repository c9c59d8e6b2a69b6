// Many pieces of work on a few threads.
#pragma once

#include <cstddef>
#include <functional>

#include "core/error.h"

namespace marquee::lake {

// Calls work(index, thread) for each index below `count` once and waits; `thread`, below `threads`
// (at least 1), says which of the threads makes the call. After the first error nothing new is
// begun; that error is returned.
Status for_each_index(std::size_t count, int threads,
                      const std::function<Status(std::size_t index, std::size_t thread)>& work);

}  // namespace marquee::lake
