// One thread that does what would block the threads of the HTTP server.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace marquee::serving {

// Runs tasks one after the other in the order in which they were posted. Thread-safe.
class WorkThread {
 public:
  // `capacity`: tasks that may wait.
  explicit WorkThread(std::size_t capacity);
  // Runs what was posted, then joins.
  ~WorkThread();

  // False, and the task is dropped, when too many wait. A task must not throw.
  bool post(std::function<void()> task);

 private:
  void run();

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace marquee::serving
