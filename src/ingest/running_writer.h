// Keeps user and movie statistics up to date between two nights: sums up the events of the
// partitions that are ours and writes the rows that changed in batches. See RunningRow in
// core/features.h for what a row is.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/features.h"
#include "stream/event_stream.h"

namespace marquee {

// What one record means for the statistics.
struct RunningEvent {
  StreamPartition partition;
  std::int64_t offset = 0;
  std::optional<Rating> rating;  // none: the record was no valid event, only its offset counts
};

// Where rows come from and go to. Called from the writer's thread, one at a time.
struct RunningOutlet {
  // One row for each of `ids` that has any state on this partition, by whichever writer: the one
  // with the greatest last_offset.
  std::function<Result<std::vector<RunningRow>>(EntityKind, const StreamPartition&,
                                                std::span<const std::int64_t> ids)>
      load;
  // Durable once it returns.
  std::function<Status(EntityKind, std::span<const RunningRow>)> write;
};

struct RunningOptions {
  std::chrono::milliseconds flush_every{5000};
  std::size_t changed_rows = 50'000;     // so many are written before it is time
  std::size_t waiting_events = 100'000;  // see wait_for_room
  std::size_t cached_rows = 1'000'000;   // rows kept in memory beyond those that changed
};

// For one ingest thread, which makes every call. Loading and writing happen on a thread of its own,
// are tried again with backoff for ever, and logged when they begin to fail and when they succeed
// again.
class RunningWriter {
 public:
  // `new_writer` gives a name that nobody else has or had: one is drawn for each partition that is
  // begun.
  RunningWriter(RunningOutlet outlet, RunningOptions options,
                std::function<std::string()> new_writer);
  // Waits for the attempt that is running. What is not durable then will be read again.
  ~RunningWriter();
  RunningWriter(const RunningWriter&) = delete;
  RunningWriter& operator=(const RunningWriter&) = delete;

  // Waits for at most `timeout` until fewer than options.waiting_events are waiting to be summed
  // up; false: there are more. Who adds on regardless may find a hand-over too short to make all of
  // it durable.
  bool wait_for_room(std::chrono::milliseconds timeout) const;

  // Events of one partition come in offset order.
  void add(std::vector<RunningEvent> events);

  // Every event of the partition before it is in rows that are durable. nullopt: nothing was added
  // since it was begun or dropped.
  std::optional<std::int64_t> durable_offset(const StreamPartition& partition) const;

  // Writes what changed and waits until all that was added to these partitions is durable.
  // kUnavailable after `timeout`, with the failure that is being retried if there is one.
  Status wait_durable(std::span<const StreamPartition> partitions,
                      std::chrono::milliseconds timeout);

  // Forgets the partition: another owner goes on from the rows that are durable.
  void drop(const StreamPartition& partition);

  // Events added and not yet summed up: what grows in memory when the tables do not answer.
  std::size_t waiting_events() const;

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace marquee
