#include "lake/worker_threads.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace marquee::lake {

Status for_each_index(std::size_t count, int threads,
                      const std::function<Status(std::size_t, std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  Status outcome;
  const auto run = [&](std::size_t thread) {
    for (std::size_t k; !failed && (k = next++) < count;) {
      Status status = work(k, thread);
      if (status) continue;
      const std::lock_guard guard(mutex);
      if (!failed.exchange(true)) outcome = std::move(status);
    }
  };
  const auto wanted = std::min(static_cast<std::size_t>(std::max(threads, 1)), count);
  std::vector<std::jthread> helpers;
  for (std::size_t k = 1; k < wanted; ++k) helpers.emplace_back(run, k);
  run(0);
  helpers.clear();
  return outcome;
}

}  // namespace marquee::lake
