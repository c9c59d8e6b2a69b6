// One writer of a data dir's runs and models at a time, across processes.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "core/clock.h"
#include "core/durable_file.h"

namespace marquee {

struct LockRequest {
  std::filesystem::path data_dir;
  std::string task;  // who asks, for the message that a second one gets
  std::string run_id;
  bool wait = false;          // until it is free; otherwise a held lock is refused
  std::stop_token stop = {};  // ends the wait
};

// Held until destroyed or the process ends, however it ends.
class PipelineLock {
 public:
  // kUnavailable, with who holds it since when, when it is held and `wait` is off or stop was
  // requested.
  static Result<PipelineLock> acquire(const LockRequest& request, Clock& clock);

 private:
  explicit PipelineLock(FileLock lock) : lock_(std::move(lock)) {}
  FileLock lock_;
};

// "train of run 20260301_020000, process 4711, since 2026-03-01T02:00:03Z"; empty when nobody holds
// it.
std::string pipeline_lock_holder(const std::filesystem::path& data_dir);

}  // namespace marquee
