#include "ingest/consumer.h"

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "core/log.h"
#include "events/rating_event.h"
#include "ingest/judge_record.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Provenance place_of(const StreamRecord& record) {
  return {SourceKind::kStream, record.topic, record.partition, record.offset};
}

// Judges one event and puts it where it belongs.
Status apply_record(const StreamRecord& record, const Config& config, RatingStore::Writer& writer,
                    ConsumedCounts& counts) {
  const auto judged = judge_record(record, config);
  if (!judged) {
    ++counts.dead_letters;
    return writer.add_dead_letter({.source = place_of(record),
                                   .record_time = record.record_time,
                                   .reason = std::string(name_of(judged.error().reason)),
                                   .detail = judged.error().detail,
                                   .payload = record.value});
  }
  const std::optional<RatingEvent>& event = *judged;
  if (!event) {
    ++counts.passed_over;
    return {};
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
  passed_over += other.passed_over;
  return *this;
}

Consumer::Consumer(EventSource& source, RatingStore& store, const Config& config)
    : source_(source), store_(store), config_(config) {}

Status Consumer::subscribe() {
  if (subscribed_) return {};
  MARQUEE_TRY(source_.subscribe(*this));
  subscribed_ = true;
  return {};
}

Result<std::vector<std::int64_t>> Consumer::applied_offsets(
    std::span<const StreamPartition> partitions) {
  MARQUEE_ASSIGN(const auto snapshot, store_.snapshot());
  std::vector<std::int64_t> offsets;
  for (const StreamPartition& partition : partitions) {
    const auto applied =
        std::ranges::find_if(snapshot.offsets, [&](const Snapshot::Offset& offset) {
          return offset.topic == partition.topic && offset.partition == partition.partition;
        });
    offsets.push_back(applied == snapshot.offsets.end() ? 0 : applied->next_offset);
  }
  return offsets;
}

Result<std::vector<std::optional<std::int64_t>>> Consumer::on_assigned(
    std::span<const StreamPartition> partitions) {
  MARQUEE_ASSIGN(const auto offsets, applied_offsets(partitions));
  // What was applied before a kill may be unknown to the stream.
  for (std::size_t k = 0; k < partitions.size(); ++k)
    held_.insert_or_assign(
        partitions[k],
        Held{.to_acknowledge = offsets[k] > 0 ? std::optional(offsets[k]) : std::nullopt});
  return std::vector<std::optional<std::int64_t>>(offsets.begin(), offsets.end());
}

// Every batch is applied before the next one is read, so there is nothing left to make durable.
Status Consumer::on_revoked(std::span<const StreamPartition> partitions) {
  Status acknowledged;
  for (const StreamPartition& partition : partitions) {
    if (acknowledged) acknowledged = acknowledge(partition);  // as much trouble with the next one
    held_.erase(partition);
  }
  return acknowledged;
}

void Consumer::on_lost(std::span<const StreamPartition> partitions) {
  for (const StreamPartition& partition : partitions) held_.erase(partition);
}

Status Consumer::seek_to_applied() {
  std::vector<StreamPartition> partitions;
  for (const auto& [partition, held] : held_) partitions.push_back(partition);
  MARQUEE_ASSIGN(const auto offsets, applied_offsets(partitions));
  for (std::size_t k = 0; k < partitions.size(); ++k) {
    MARQUEE_TRY(source_.seek(partitions[k], offsets[k]));
    held_[partitions[k]].just_sought = true;
  }
  astray_ = false;
  return {};
}

// True: the source is ahead of the store (a batch was rolled back). Straight after a seek that
// cannot be: the events in between are no longer in the stream.
bool Consumer::is_ahead(const StreamRecord& record, std::int64_t next_offset) const {
  if (record.offset <= next_offset) return false;
  const auto held = held_.find({record.topic, record.partition});
  if (held != held_.end() && !held->second.just_sought) return true;
  spdlog::error("events {} to {} of {}/{} are no longer in the stream", next_offset,
                record.offset - 1, record.topic, record.partition);
  return false;
}

// False: the source is ahead of the store, and nothing was applied.
Result<bool> Consumer::apply(std::span<const StreamRecord> records, ConsumedCounts& counts) {
  MARQUEE_ASSIGN(auto writer, store_.write());
  std::map<StreamPartition, std::int64_t> next;
  for (const StreamRecord& record : records) {
    const auto [entry, first] = next.try_emplace({record.topic, record.partition});
    if (first) {
      MARQUEE_ASSIGN(entry->second, writer.next_offset(record.topic, record.partition));
      if (is_ahead(record, entry->second)) return false;
    }
    if (record.offset < entry->second) continue;  // another consumer has applied it
    MARQUEE_TRY(apply_record(record, config_, writer, counts));
    entry->second = record.offset + 1;
    ++counts.events;
  }
  for (const auto& [partition, offset] : next)
    MARQUEE_TRY(writer.set_next_offset(partition.topic, partition.partition, offset));
  MARQUEE_TRY(writer.commit());
  note_applied(next);
  return true;
}

void Consumer::note_applied(const std::map<StreamPartition, std::int64_t>& next) {
  for (const auto& [partition, offset] : next)
    if (const auto held = held_.find(partition); held != held_.end())
      held->second = {.just_sought = false, .to_acknowledge = offset};
}

Status Consumer::acknowledge(const StreamPartition& partition) {
  const auto held = held_.find(partition);
  if (held == held_.end() || !held->second.to_acknowledge) return {};
  MARQUEE_TRY(source_.acknowledge(partition, *held->second.to_acknowledge));
  held->second.to_acknowledge.reset();
  return {};
}

// The store holds the offsets that count, so the stream is told only now and then.
void Consumer::acknowledge_all() {
  constexpr std::chrono::seconds kBetween(1);
  if (steady_clock::now() < next_acknowledgement_) return;
  next_acknowledgement_ = steady_clock::now() + kBetween;
  for (const auto& [partition, held] : held_) {
    const auto told = acknowledge(partition);
    if (told) continue;
    spdlog::warn("the stream could not be told what is applied: {}", told.error().message());
    return;  // it will be as much trouble with the next one
  }
}

Result<ConsumedCounts> Consumer::run_once(milliseconds timeout) {
  MARQUEE_TRY(subscribe());
  for (;;) {
    if (astray_) MARQUEE_TRY(seek_to_applied());
    MARQUEE_ASSIGN(const auto records,
                   source_.poll(static_cast<std::size_t>(config_.stream.batch_events), timeout));
    acknowledge_all();
    if (records.empty()) return ConsumedCounts{};
    astray_ = true;  // until the batch is applied
    ConsumedCounts counts;
    MARQUEE_ASSIGN(const bool applied, apply(records, counts));
    astray_ = !applied;
    if (counts.events > 0 && applied) return counts;
  }
}

Result<ConsumedCounts> Consumer::run(std::stop_token stop, milliseconds idle) {
  auto totals = run_until(stop, idle);
  if (const auto closed = close(); !closed) {
    if (totals) return std::unexpected(closed.error());
    spdlog::warn("the stream could not be left in good order: {}", closed.error().message());
  }
  return totals;
}

Result<ConsumedCounts> Consumer::run_until(const std::stop_token& stop, milliseconds idle) {
  constexpr milliseconds kPoll(200);
  constexpr int kPatience = 5;
  const bool until_idle = idle.count() > 0;
  ConsumedCounts totals;
  Backoff backoff;
  auto idle_since = steady_clock::now();
  while (!stop.stop_requested()) {
    const auto counts = run_once(until_idle ? std::min(kPoll, idle) : kPoll);
    if (!counts) {
      if (counts.error().code == ErrorCode::kConflict) return std::unexpected(counts.error());
      spdlog::error("cannot apply events, will try again: {}", counts.error().message());
      backoff.wait(stop);
      if (until_idle && backoff.failures() >= kPatience) return std::unexpected(counts.error());
      continue;
    }
    backoff.reset();
    totals += *counts;
    if (counts->events > 0 || !source_.at_end())
      idle_since = steady_clock::now();
    else if (until_idle && steady_clock::now() - idle_since >= idle)
      break;
  }
  return totals;
}

}  // namespace marquee
