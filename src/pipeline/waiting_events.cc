#include "pipeline/waiting_events.h"

#include "ingest/consumer.h"
#include "stream/event_stream.h"

namespace marquee {
namespace {

// Record times may lie this far ahead when the clock was stepped back meanwhile.
constexpr TimeMicros kClockSteps = 10 * kMicrosPerSecond;

// Passes a source through until a record is younger than the cut: producers that never pause must
// not keep a run from starting.
class SourceUntil final : public EventSource {
 public:
  SourceUntil(EventSource& source, TimeMicros cut) : source_(source), cut_(cut) {}

  Result<std::vector<Partition>> partitions() override { return source_.partitions(); }
  Status seek(const Partition& partition, std::int64_t offset) override {
    return source_.seek(partition, offset);
  }
  Result<std::vector<StreamRecord>> poll(std::size_t limit,
                                         std::chrono::milliseconds timeout) override {
    if (reached_) return std::vector<StreamRecord>{};
    auto records = source_.poll(limit, timeout);
    if (records)
      reached_ = std::ranges::any_of(
          *records, [this](const StreamRecord& record) { return record.record_time > cut_; });
    return records;
  }
  Status acknowledge(const Partition& partition, std::int64_t next_offset) override {
    return source_.acknowledge(partition, next_offset);
  }

 private:
  EventSource& source_;
  TimeMicros cut_;
  bool reached_ = false;
};

}  // namespace

Status apply_waiting_events(const Config& config, const Clock& clock, RatingStore& store) {
  MARQUEE_ASSIGN(const auto source, open_source(config));
  SourceUntil bounded(*source, clock.now() + kClockSteps);
  Consumer consumer(bounded, store, config);
  for (;;) {
    MARQUEE_ASSIGN(const ConsumedCounts counts, consumer.run_once(std::chrono::milliseconds(0)));
    if (counts.events == 0) return {};
  }
}

}  // namespace marquee
