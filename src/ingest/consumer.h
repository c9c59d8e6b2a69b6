// ingest/ moves events from the stream into the store: it reads a batch, judges each event, and
// applies the batch with its offsets in one transaction, so that an event counts exactly once
// whatever is killed when.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/config.h"
#include "store/rating_store.h"
#include "stream/event_stream.h"

namespace marquee {

struct ConsumedCounts {
  std::int64_t events = 0;        // read from the stream
  std::int64_t ratings = 0;       // that changed a rating
  std::int64_t dead_letters = 0;  // that were not valid
  std::int64_t passed_over = 0;   // lines of an access log that are no ratings

  ConsumedCounts& operator+=(const ConsumedCounts& other);
};

// Not thread-safe; several consumers, in one process or many, may share one data dir: the offsets
// inside the transaction decide who applies what. Whatever the stream remembers of its readers, a
// partition is read from the offset that the store holds. Source, store and config must outlive it,
// and the source must not be subscribed to by another.
class Consumer final : private PartitionOwner {
 public:
  Consumer(EventSource& source, RatingStore& store, const Config& config);

  // Applies one batch; waits up to `timeout` when there is nothing, and then counts nothing. An
  // error leaves offsets untouched: call again to retry the same events.
  Result<ConsumedCounts> run_once(std::chrono::milliseconds timeout);

  // Runs until `stop` is requested, or, when `idle` is not zero, until the source was at its end
  // and nothing came for that long; then closes. After an error it waits (0.1 s, doubling up to
  // 5 s, with jitter), says so in the log, and tries again; it gives up and returns the error when
  // another reader has taken its place (kConflict), and with `idle` set after five errors in a row.
  // Else gives the totals.
  Result<ConsumedCounts> run(std::stop_token stop, std::chrono::milliseconds idle);

  // Tells the stream what is applied and leaves it; nothing can be run afterwards. Needed only
  // after run_once(). A second close does nothing.
  Status close() { return source_.close(); }

 private:
  // An assigned partition.
  struct Held {
    bool just_sought = true;                     // nothing was applied since the source was placed
    std::optional<std::int64_t> to_acknowledge;  // applied, but the stream does not know it yet
  };
  Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) override;
  Status on_revoked(std::span<const StreamPartition> partitions) override;
  void on_lost(std::span<const StreamPartition> partitions) override;

  Status subscribe();
  Result<std::vector<std::int64_t>> applied_offsets(std::span<const StreamPartition> partitions);
  Status seek_to_applied();
  Result<bool> apply(std::span<const StreamRecord> records, ConsumedCounts& counts);
  bool is_ahead(const StreamRecord& record, std::int64_t next_offset) const;
  void note_applied(const std::map<StreamPartition, std::int64_t>& next);
  Status acknowledge(const StreamPartition& partition);
  void acknowledge_all();
  Result<ConsumedCounts> run_until(const std::stop_token& stop, std::chrono::milliseconds idle);

  EventSource& source_;
  RatingStore& store_;
  const Config& config_;
  std::map<StreamPartition, Held> held_;
  bool subscribed_ = false;
  bool astray_ = false;  // a batch was read and not applied: the source must be placed anew
  std::chrono::steady_clock::time_point next_acknowledgement_{};
};

}  // namespace marquee
