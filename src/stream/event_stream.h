// stream/ carries raw events in order and durably from whoever makes them to whoever applies them:
// the embedded journal or Kafka. It is given bytes; it hands on records with their place (topic,
// partition, offset) and time. It does not judge an event.
#pragma once

#include <chrono>
#include <compare>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/config.h"
#include "core/rating.h"

namespace marquee {

struct StreamPartition {
  std::string topic;
  std::int32_t partition = 0;

  friend bool operator==(const StreamPartition&, const StreamPartition&) = default;
  friend auto operator<=>(const StreamPartition&, const StreamPartition&) = default;
};

struct StreamRecord {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;  // from 0, without gaps within a partition of the journal
  TimeMicros record_time = 0;
  std::string value;
  bool is_null = false;  // a record without a value, as Kafka allows; `value` is empty then
};

// Where one event was put.
struct StreamPosition {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

// Thread-safe unless an implementation says otherwise.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Returns once every event is durable (fsync, or all acknowledgements); the positions are in
  // order. On failure none, some or all may have been accepted by a remote stream; the journal
  // accepts all or none.
  virtual Result<std::vector<StreamPosition>> append(std::span<const std::string> events) = 0;

  using Appended = std::function<void(Result<std::vector<StreamPosition>>)>;
  // The same for who does not want to wait: a remote stream copies the events, returns, and calls
  // `done` once on a thread of its own, where it must not block; a local one does everything,
  // `done` too, before it returns.
  virtual void start_append(std::span<const std::string> events, Appended done) {
    done(append(events));
  }

  // Why events cannot be put at the moment, as far as is known without asking anybody.
  virtual std::optional<Error> trouble() const { return std::nullopt; }
};

// Told of partitions that come and go. Called on the thread that polls, inside poll() or close().
class PartitionOwner {
 public:
  virtual ~PartitionOwner() = default;
  // Ours from now on. Gives, in the same order, the offset to read next; nullopt: where the group's
  // committed offset stands, else the beginning. After an error nothing of these partitions is
  // read, poll() gives the error, and the next poll() asks again.
  virtual Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) = 0;
  // About to go to another reader: make what was read durable and acknowledge it now. They go
  // whatever is answered; an error is logged.
  virtual Status on_revoked(std::span<const StreamPartition> partitions) = 0;
  // Gone already, another may own them: nothing may be acknowledged for them any more.
  virtual void on_lost(std::span<const StreamPartition> partitions) = 0;
};

// One reader; not thread-safe.
class EventSource {
 public:
  // Calls no owner: without close() the partitions are simply left behind.
  virtual ~EventSource() = default;
  // Once, before the first poll. `owner` must live until close() has returned or the source is
  // gone.
  virtual Status subscribe(PartitionOwner& owner) = 0;
  // Up to `limit` records; waits up to `timeout` for the first. Empty: nothing new within the
  // timeout. Records of one partition come in offset order. kConflict: another reader has taken
  // this one's place for good, polling again is of no use; any other failure may pass.
  virtual Result<std::vector<StreamRecord>> poll(std::size_t limit,
                                                 std::chrono::milliseconds timeout) = 0;
  // The next record read from this assigned partition is the one at `offset`, or the first behind
  // it that is still there.
  virtual Status seek(const StreamPartition& partition, std::int64_t offset) = 0;
  // Every event before `next_offset` is applied durably: the stream may forget it, and the group
  // goes on there. Returns when the stream has kept that. kNotFound: the partition is not assigned.
  virtual Status acknowledge(const StreamPartition& partition, std::int64_t next_offset) = 0;
  // While paused poll() keeps the membership alive and gives no records.
  virtual void pause(bool paused) = 0;
  // An assignment has come, and every assigned partition was read to its end as of the last poll.
  virtual bool at_end() const = 0;
  // Calls on_revoked for what is held, then leaves; poll() must not be called after. A second close
  // does nothing.
  virtual Status close() = 0;
};

// How far a partition is filled and read.
struct StreamProgress {
  StreamPartition partition;
  std::int64_t begin = 0;                 // the first offset that is still there
  std::int64_t end = 0;                   // the offset that the next event will have
  std::optional<std::int64_t> committed;  // of the group; none while nothing was acknowledged
};

// The stream that the configuration names (stream.kind). `clock` gives record times where the
// stream does not, and must outlive the sink.
Result<std::unique_ptr<EventSink>> open_sink(const Config& config, Clock& clock);
// The same for a program that starts without Kafka: until a broker answers events are refused
// (kUnavailable), and trouble() and the log tell why. kUsage at once when the settings do not fit
// together. The journal is simply opened.
Result<std::unique_ptr<EventSink>> open_sink_patiently(const Config& config, Clock& clock);
// A member of the group: partitions are shared out among all members.
Result<std::unique_ptr<EventSource>> open_source(const Config& config);
// Tries until there is one; null when a stop is requested first.
std::unique_ptr<EventSource> await_source(const Config& config, Clock& clock,
                                          const std::stop_token& stop);
// Reads every partition that there is now, beside the group and without disturbing it. The group's
// offsets stay as they are: acknowledge() moves none of them.
Result<std::unique_ptr<EventSource>> open_reader(const Config& config);
// Of every partition of the configured topics, by topic and partition. A topic that does not exist
// has none.
Result<std::vector<StreamProgress>> stream_progress(const Config& config);

// Members that the configured group has now. One that was killed counts until the brokers have
// missed it for 10 s. The journal has no group: 0.
Result<std::int64_t> group_members(const Config& config);

}  // namespace marquee
