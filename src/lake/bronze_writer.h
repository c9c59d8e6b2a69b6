// Writes Bronze: collects the events of each partition and date in open objects, closes them by
// count, bytes and age, and uploads them in the background until they are durable. Tells up to
// which offset each partition may be committed. See docs/formats/lake.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/config.h"
#include "core/error.h"
#include "events/rating_event.h"
#include "objects/object_store.h"
#include "stream/event_stream.h"

namespace marquee {

// Waits between attempts at one object: doubling, each cut by up to a half at random, so that many
// writers do not come back at once.
struct UploadRetry {
  std::chrono::milliseconds first{50};
  std::chrono::milliseconds longest{5000};
};

// For one ingest thread, which makes every call; inflight_bytes() and last_failure() may come from
// any thread. Uploads run on threads of its own and never give up: a failed one is tried again with
// backoff, for ever, and logged when it begins to fail and when it succeeds again.
//
// An object is named by partition, first and last offset and holds every event of its date between
// them, so what a replay writes under the same name has the same bytes: a name that is there
// already counts as durable. Bytes that differ nevertheless (the judging of events was configured
// anew meanwhile) are logged as an error, and stay as they are.
class BronzeWriter {
 public:
  // `store` must outlive it.
  BronzeWriter(ObjectStore& store, const BronzeOptions& options, int upload_threads,
               UploadRetry retry = {});
  // Waits for the attempts that are running. What is not durable then is not there: it will be read
  // from the stream again.
  ~BronzeWriter();
  BronzeWriter(const BronzeWriter&) = delete;
  BronzeWriter& operator=(const BronzeWriter&) = delete;

  // Records of one partition come in offset order. Each record is given to exactly one of the
  // three. `event` is what parse_rating_event made of it; a value that is no JSON (a line of an
  // access log) is written as to_json(event).
  void add_event(const StreamRecord& record, const RatingEvent& event);
  // `reason` is name_of(Rejection), `detail` a sentence for a person.
  void add_dead_letter(const StreamRecord& record, std::string_view reason,
                       std::string_view detail);
  // Nothing is kept of it, but its offset counts as done.
  void pass_over(const StreamRecord& record);

  // Closes objects that were opened max_object_age or longer before `now`, and all of a partition
  // to which nothing was added for max_silence, and hands them to the uploaders. What is added is
  // added at the time of the last close_due, or of the construction.
  void close_due(std::chrono::steady_clock::time_point now);
  void close_all();

  // The lowest offset of the partition that is not yet durable, over all open objects and uploads:
  // what may be committed. nullopt: nothing was added since it was begun or dropped.
  std::optional<std::int64_t> durable_offset(const StreamPartition& partition) const;

  // Closes the objects of these partitions and waits until all they were given is durable.
  // kUnavailable after `timeout`, with the failure that is being retried if there is one.
  Status wait_durable(std::span<const StreamPartition> partitions,
                      std::chrono::milliseconds timeout);

  // Forgets what is not durable: another owner will write it. An upload that is running may still
  // finish, which harms nobody. What is added afterwards starts afresh.
  void drop(const StreamPartition& partition);

  // Bytes of lines added and not yet durable: what the writer holds in memory.
  std::int64_t inflight_bytes() const;
  // The latest failure of an upload that is being retried; nullopt once uploads succeed again.
  std::optional<Error> last_failure() const;

 private:
  class OpenObjects;
  std::unique_ptr<OpenObjects> open_;
};

}  // namespace marquee
