// Loops over rows on several threads. Plain threads and an atomic counter: which thread takes a
// block changes nothing in a result as long as a block's result depends on its rows alone, and
// ThreadSanitizer understands it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"

namespace marquee {

// The number of threads that a setting of 0 ("every core") stands for.
inline int thread_count(std::int64_t setting) {
  if (setting > 0) return static_cast<int>(setting);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// Calls make_worker() once on each thread, and the worker it gives as worker(row) for every row in
// [0, count), taken `block` rows at a time. A worker owns its scratch memory. An exception ends the
// program: workers must not throw but for bad_alloc.
template <typename MakeWorker>
void for_each_row(std::size_t count, int threads, std::size_t block, MakeWorker make_worker) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    auto worker = make_worker();
    for (std::size_t first; (first = next.fetch_add(block)) < count;)
      for (std::size_t row = first; row < std::min(first + block, count); ++row) worker(row);
  };
  std::vector<std::jthread> others;
  const auto wanted = std::min<std::size_t>(static_cast<std::size_t>(threads), count / block + 1);
  for (std::size_t t = 1; t < wanted; ++t) others.emplace_back(run);
  run();
}

template <typename MakeWorker>
void for_each_row(std::size_t count, int threads, MakeWorker make_worker) {
  constexpr std::size_t kRowsAtATime = 16;
  for_each_row(count, threads, kRowsAtATime, std::move(make_worker));
}

// Calls work(k), which gives a Status, for every k in [0, count), one at a time on each thread, and
// gives the error of the lowest k that has one. All are called in any case.
template <typename Work>
Status try_each(std::size_t count, int threads, Work work) {
  std::vector<Status> outcomes(count);
  for_each_row(count, threads, 1, [&] { return [&](std::size_t k) { outcomes[k] = work(k); }; });
  for (Status& outcome : outcomes)
    if (!outcome) return std::move(outcome);
  return {};
}

}  // namespace marquee
