// Moves events from the stream into the lake (storage.mode aws): valid ones to Bronze, the others
// to its dead letters, statistics to the running features. An offset is committed once everything
// below it is durable in all of these, so a kill at any instruction loses nothing; what is read
// again after it is written under other names, or changes nothing.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <stop_token>

#include "core/config.h"
#include "ingest/consumer.h"
#include "ingest/running_writer.h"
#include "lake/bronze_writer.h"
#include "stream/event_stream.h"

namespace marquee {

// For one thread. One of many in a consumer group: it works on the partitions it is given and hands
// them over when they are taken away. The parts must outlive it.
class LakeConsumer final : public PartitionOwner {
 public:
  // `running` may be null: no running features are kept.
  LakeConsumer(EventSource& source, BronzeWriter& bronze, RunningWriter* running,
               const Config& config, Clock& clock);

  // Takes one batch; waits up to `timeout` for the first record. After an error call it again.
  Result<ConsumedCounts> run_once(std::chrono::milliseconds timeout);

  // Runs until `stop` is requested, or, when `idle` is not zero, until every partition was at its
  // end for that long. Before it returns well, every open object is closed, everything is durable
  // and every offset committed. After an error of the stream it waits and tries again; only with
  // `idle` set does it give up, after five in a row. kUnavailable when what was read could not be
  // made durable within 30 s: it will be read again.
  Result<ConsumedCounts> run(std::stop_token stop, std::chrono::milliseconds idle);

  Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) override;
  Status on_revoked(std::span<const StreamPartition> partitions) override;
  void on_lost(std::span<const StreamPartition> partitions) override;

 private:
  Status subscribe();
  void take(const StreamRecord& record, ConsumedCounts& counts);
  std::optional<std::int64_t> durable_offset(const StreamPartition& partition) const;
  Status commit(std::span<const StreamPartition> partitions);
  Status commit_insisting(std::span<const StreamPartition> partitions);
  // Makes durable within `limit` what was taken of these partitions, and commits it.
  Status settle(std::span<const StreamPartition> partitions, std::chrono::milliseconds limit);
  void hold_back();
  void forget(std::span<const StreamPartition> partitions);
  std::vector<StreamPartition> assigned() const;
  Result<ConsumedCounts> leave(const ConsumedCounts& totals);

  EventSource& source_;
  BronzeWriter& bronze_;
  RunningWriter* running_;
  const Config& config_;
  Clock& clock_;
  std::map<StreamPartition, std::int64_t> committed_;  // of every partition that is ours; -1: none
  std::chrono::steady_clock::time_point
      committed_at_;                   // when there was last a commit, if one was due
  std::vector<RunningEvent> changes_;  // of the records being taken
  Status handed_over_;                 // the last on_revoked
  bool subscribed_ = false;
  bool paused_ = false;
  bool leaving_ = false;
};

}  // namespace marquee
