// Spreads threads over a few cache lines, so that what every request touches is not shared between
// cores.
#pragma once

#include <atomic>
#include <cstddef>

namespace marquee::serving {

inline constexpr std::size_t kShardCount = 16;
inline constexpr std::size_t kCacheLine = 64;

// This thread's shard in [0, kShardCount); threads are dealt out in turn.
inline std::size_t thread_shard() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t shard = next.fetch_add(1, std::memory_order_relaxed) % kShardCount;
  return shard;
}

}  // namespace marquee::serving
