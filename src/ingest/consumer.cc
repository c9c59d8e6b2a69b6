#include "ingest/consumer.h"

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "core/log.h"
#include "events/rating_event.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Provenance place_of(const StreamRecord& record) {
  return {SourceKind::kStream, record.topic, record.partition, record.offset};
}

// Judges one event and puts it where it belongs.
Status apply_record(const StreamRecord& record, const EventOptions& options,
                    RatingStore::Writer& writer, ConsumedCounts& counts) {
  const auto event = parse_rating_event(record.value, record.record_time, options);
  if (!event) {
    ++counts.dead_letters;
    return writer.add_dead_letter({.source = place_of(record),
                                   .record_time = record.record_time,
                                   .reason = std::string(name_of(event.error().reason)),
                                   .detail = event.error().detail,
                                   .payload = record.value});
  }
  const Rating rating{event->user, event->movie, static_cast<float>(event->rating),
                      event->timestamp.value_or(record.record_time)};
  MARQUEE_ASSIGN(const bool changed, writer.apply(rating, place_of(record)));
  counts.ratings += changed ? 1 : 0;
  return {};
}

// Waits between failures: doubling, with jitter so that several consumers do not come back at once.
class Backoff {
 public:
  void wait(const std::stop_token& stop) {
    constexpr milliseconds kSlice(20);
    std::uniform_real_distribution<double> jitter(0.5, 1.0);
    const auto deadline = steady_clock::now() + delay_ * jitter(random_);
    while (!stop.stop_requested() && steady_clock::now() < deadline)
      std::this_thread::sleep_for(kSlice);
    delay_ = std::min(2 * delay_, kLongest);
    ++failures_;
  }
  void reset() { *this = Backoff(); }
  int failures() const { return failures_; }

 private:
  static constexpr milliseconds kShortest{100};
  static constexpr milliseconds kLongest{5000};
  milliseconds delay_ = kShortest;
  int failures_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace

ConsumedCounts& ConsumedCounts::operator+=(const ConsumedCounts& other) {
  events += other.events;
  ratings += other.ratings;
  dead_letters += other.dead_letters;
  return *this;
}

Consumer::Consumer(EventSource& source, RatingStore& store, const Config& config)
    : source_(source), store_(store), config_(config) {}

Status Consumer::seek_to_applied() {
  MARQUEE_ASSIGN(const auto snapshot, store_.snapshot());
  MARQUEE_ASSIGN(const auto partitions, source_.partitions());
  for (const auto& partition : partitions) {
    const auto applied =
        std::ranges::find_if(snapshot.offsets, [&](const Snapshot::Offset& offset) {
          return offset.topic == partition.topic && offset.partition == partition.partition;
        });
    MARQUEE_TRY(
        source_.seek(partition, applied == snapshot.offsets.end() ? 0 : applied->next_offset));
  }
  sought_ = true;
  return {};
}

// False: the source is ahead of the store (a batch was rolled back), and nothing was applied.
// Straight after a seek that cannot be: the events in between are no longer in the stream.
Result<bool> Consumer::apply(const std::vector<StreamRecord>& records, bool just_sought,
                             ConsumedCounts& counts) {
  MARQUEE_ASSIGN(auto writer, store_.write());
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> next;
  for (const StreamRecord& record : records) {
    const auto [entry, first] = next.try_emplace({record.topic, record.partition});
    if (first) {
      MARQUEE_ASSIGN(entry->second, writer.next_offset(record.topic, record.partition));
      if (record.offset > entry->second && !just_sought) return false;
      if (record.offset > entry->second)
        spdlog::error("events {} to {} of {}/{} are no longer in the stream", entry->second,
                      record.offset - 1, record.topic, record.partition);
    }
    if (record.offset < entry->second) continue;  // another consumer has applied it
    MARQUEE_TRY(apply_record(record, config_.events, writer, counts));
    entry->second = record.offset + 1;
    ++counts.events;
  }
  for (const auto& [partition, offset] : next)
    MARQUEE_TRY(writer.set_next_offset(partition.first, partition.second, offset));
  MARQUEE_TRY(writer.commit());
  for (const auto& [partition, offset] : next)
    if (const auto told = source_.acknowledge({partition.first, partition.second}, offset); !told)
      spdlog::warn("the stream could not be told what is applied: {}", told.error().message());
  return true;
}

Result<ConsumedCounts> Consumer::run_once(milliseconds timeout) {
  for (;;) {
    const bool just_sought = !sought_;
    if (just_sought) MARQUEE_TRY(seek_to_applied());
    MARQUEE_ASSIGN(const auto records,
                   source_.poll(static_cast<std::size_t>(config_.stream.batch_events), timeout));
    if (records.empty()) return ConsumedCounts{};
    sought_ = false;  // until the batch is applied
    ConsumedCounts counts;
    MARQUEE_ASSIGN(const bool applied, apply(records, just_sought, counts));
    sought_ = applied;
    if (counts.events > 0 && applied) return counts;
  }
}

Result<ConsumedCounts> Consumer::run(std::stop_token stop, milliseconds idle) {
  constexpr milliseconds kPoll(200);
  constexpr int kPatience = 5;
  const bool until_idle = idle.count() > 0;
  ConsumedCounts totals;
  Backoff backoff;
  auto last_event = steady_clock::now();
  while (!stop.stop_requested()) {
    const auto counts = run_once(until_idle ? std::min(kPoll, idle) : kPoll);
    if (!counts) {
      spdlog::error("cannot apply events, will try again: {}", counts.error().message());
      backoff.wait(stop);
      if (until_idle && backoff.failures() >= kPatience) return std::unexpected(counts.error());
      continue;
    }
    backoff.reset();
    totals += *counts;
    if (counts->events > 0)
      last_event = steady_clock::now();
    else if (until_idle && steady_clock::now() - last_event >= idle)
      break;
  }
  return totals;
}

}  // namespace marquee
