// ingest/ moves events from the stream into the store: it reads a batch, judges each event, and
// applies the batch with its offsets in one transaction, so that an event counts exactly once
// whatever is killed when.
#pragma once

#include <chrono>
#include <stop_token>

#include "core/config.h"
#include "store/rating_store.h"
#include "stream/event_stream.h"

namespace marquee {

struct ConsumedCounts {
  std::int64_t events = 0;        // read from the stream
  std::int64_t ratings = 0;       // that changed a rating
  std::int64_t dead_letters = 0;  // that were not valid

  ConsumedCounts& operator+=(const ConsumedCounts& other);
};

// Not thread-safe; several consumers, in one process or many, may share one data dir: the offsets
// inside the transaction decide who applies what. Source, store and config must outlive it.
class Consumer {
 public:
  Consumer(EventSource& source, RatingStore& store, const Config& config);

  // Applies one batch; waits up to `timeout` when there is nothing, and then counts nothing. An
  // error leaves offsets untouched: call again to retry the same events.
  Result<ConsumedCounts> run_once(std::chrono::milliseconds timeout);

  // Runs until `stop` is requested, or, when `idle` is not zero, until nothing came for that long.
  // After an error it waits (0.1 s, doubling up to 5 s, with jitter), says so in the log, and tries
  // again; only with `idle` set does it give up, after five errors in a row, and return the last.
  // Else gives the totals.
  Result<ConsumedCounts> run(std::stop_token stop, std::chrono::milliseconds idle);

 private:
  Status seek_to_applied();
  Result<bool> apply(const std::vector<StreamRecord>& records, bool just_sought,
                     ConsumedCounts& counts);

  EventSource& source_;
  RatingStore& store_;
  const Config& config_;
  bool sought_ = false;  // the source stands where the store says
};

}  // namespace marquee
