// The built-in scheduler: runs a job at every due instant of a schedule, exactly once each,
// whatever is restarted when. What it did last is kept in <data-dir>/runs/schedule.json, written
// before the job starts.
//
// A machine that was off at the due time catches up with one run when it is back, however many were
// missed. A job that was killed half-way is started again with the same due time, at most
// kMaxAttempts times.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "core/clock.h"
#include "core/config.h"
#include "core/durable_file.h"
#include "pipeline/schedule.h"

namespace marquee {

inline constexpr int kMaxAttempts = 3;

// The content of schedule.json.
struct SchedulerState {
  TimeMicros last_due =
      0;             // the due instant that was started last; at the very first start, that moment
  int attempts = 0;  // how often the job was started for it
  bool finished = true;  // false while it runs, and after a kill
  std::string outcome;   // "done", or the error's message
};

// kNotFound when there is none yet; kCorrupt when it cannot be understood.
Result<SchedulerState> read_scheduler_state(const std::filesystem::path& data_dir);

// For one thread. Holds a lock file, so that a data dir has one scheduler: a second is refused
// (kUnavailable).
class Scheduler {
 public:
  // Runs the work of one due instant. Should end early, with an error, when stop is requested: the
  // instant then counts as unfinished and is started again at the next start. Other errors are
  // logged and kept as the outcome.
  using Job = std::function<Status(TimeMicros due, std::stop_token stop)>;

  // `clock` must outlive it. kUsage for a wrong schedule or time zone.
  static Result<Scheduler> create(const Config& config, Clock& clock, Job job);

  // Starts the job if an instant is due, and gives the next due instant after that. kIo when the
  // state cannot be kept: nothing was started, call again.
  Result<TimeMicros> run_due(std::stop_token stop);

  // Waits and runs until stop is requested.
  void run(std::stop_token stop);

 private:
  Scheduler(FileLock lock, std::filesystem::path data_dir, Clock& clock, Schedule schedule,
            Job job);
  Result<SchedulerState> state_now() const;
  std::optional<SchedulerState> due_now(const SchedulerState& state) const;
  Status start_job(SchedulerState state, std::stop_token stop);

  FileLock lock_;
  std::filesystem::path data_dir_;
  Clock* clock_;
  Schedule schedule_;
  Job job_;
};

// A Scheduler in a thread of its own; stops and joins when destroyed (a running job ends first).
class SchedulerThread {
 public:
  explicit SchedulerThread(Scheduler scheduler)
      : scheduler_(std::make_unique<Scheduler>(std::move(scheduler))),
        thread_([this](std::stop_token stop) { scheduler_->run(stop); }) {}

 private:
  std::unique_ptr<Scheduler> scheduler_;
  std::jthread thread_;
};

}  // namespace marquee
