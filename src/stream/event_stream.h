// stream/ carries raw events in order and durably from whoever makes them to whoever applies them:
// the embedded journal here, Kafka beside it later. It is given bytes; it hands on records with
// their place (topic, partition, offset) and time. It does not look inside an event.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/config.h"
#include "core/rating.h"

namespace marquee {

struct StreamRecord {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;  // from 0, without gaps within a partition of the journal
  TimeMicros record_time = 0;
  std::string value;
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
};

// One reader; not thread-safe.
class EventSource {
 public:
  virtual ~EventSource() = default;
  struct Partition {
    std::string topic;
    std::int32_t partition = 0;
  };
  virtual Result<std::vector<Partition>> partitions() = 0;
  // The next record read from this partition is the one at `offset`.
  virtual Status seek(const Partition& partition, std::int64_t offset) = 0;
  // Up to `limit` records; waits up to `timeout` for the first. Empty: nothing new within the
  // timeout.
  virtual Result<std::vector<StreamRecord>> poll(std::size_t limit,
                                                 std::chrono::milliseconds timeout) = 0;
  // Every event before `next_offset` is applied durably: the stream may forget it.
  virtual Status acknowledge(const Partition& partition, std::int64_t next_offset) = 0;
};

// The stream that the configuration names (stream.kind). kafka is not available yet: kUsage says
// so. `clock` gives record times where the stream does not, and must outlive the sink.
Result<std::unique_ptr<EventSink>> open_sink(const Config& config, Clock& clock);
Result<std::unique_ptr<EventSource>> open_source(const Config& config);

}  // namespace marquee
