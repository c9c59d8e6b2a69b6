#include "aws/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace marquee::aws {

Status in_parallel(std::size_t count, int threads, const std::function<Status(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  Status first;
  const auto run = [&] {
    for (std::size_t k; !failed && (k = next++) < count;) {
      Status status = work(k);
      if (status) continue;
      const std::lock_guard guard(mutex);
      if (!failed.exchange(true)) first = std::move(status);
    }
  };
  {
    const std::size_t helpers = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
    std::vector<std::jthread> others;
    for (std::size_t k = 1; k < helpers; ++k) others.emplace_back(run);
    run();
  }
  return first;
}

}  // namespace marquee::aws
