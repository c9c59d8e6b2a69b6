#include "ingest/lake_consumer.h"

#include <algorithm>

#include "core/backoff.h"
#include "core/log.h"
#include "ingest/judge_record.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kHandOverLimit{30'000};
// While events keep coming. Each commit waits for the brokers, and one is due with every object
// that became durable; what a kill leaves uncommitted is read again.
constexpr milliseconds kCommitEvery{1000};
// Tries: some seconds for brokers that just came back, half a minute for those that are silent.
constexpr int kHandOverCommits = 6;

RunningEvent running_event(const StreamRecord& record, const RatingEvent* event) {
  RunningEvent running{{record.topic, record.partition}, record.offset, std::nullopt};
  if (event != nullptr)
    running.rating = Rating{event->user, event->movie, static_cast<float>(event->rating),
                            event->timestamp.value_or(record.record_time)};
  return running;
}

}  // namespace

LakeConsumer::LakeConsumer(EventSource& source, BronzeWriter& bronze, RunningWriter* running,
                           const Config& config, Clock& clock)
    : source_(source), bronze_(bronze), running_(running), config_(config), clock_(clock) {}

// The group's committed offsets are the only ones: nothing in the lake says where to go on.
Result<std::vector<std::optional<std::int64_t>>> LakeConsumer::on_assigned(
    std::span<const StreamPartition> partitions) {
  for (const StreamPartition& partition : partitions) {
    forget({&partition, 1});
    committed_[partition] = -1;
  }
  return std::vector<std::optional<std::int64_t>>(partitions.size());
}

Status LakeConsumer::on_revoked(std::span<const StreamPartition> partitions) {
  handed_over_ = settle(partitions, leaving_ ? milliseconds(0) : kHandOverLimit);
  forget(partitions);
  return handed_over_;
}

Status LakeConsumer::settle(std::span<const StreamPartition> partitions, milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  const auto left = [&] {
    return std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  };
  Status settled = bronze_.wait_durable(partitions, left());
  if (settled && running_ != nullptr) settled = running_->wait_durable(partitions, left());
  // What is durable is committed even when the rest is not.
  if (Status committed = commit_insisting(partitions); settled) settled = std::move(committed);
  return settled;
}

void LakeConsumer::on_lost(std::span<const StreamPartition> partitions) {
  forget(partitions);
}

void LakeConsumer::forget(std::span<const StreamPartition> partitions) {
  for (const StreamPartition& partition : partitions) {
    bronze_.drop(partition);
    if (running_ != nullptr) running_->drop(partition);
    committed_.erase(partition);
  }
}

std::vector<StreamPartition> LakeConsumer::assigned() const {
  std::vector<StreamPartition> partitions;
  for (const auto& [partition, offset] : committed_) partitions.push_back(partition);
  return partitions;
}

void LakeConsumer::take(const StreamRecord& record, ConsumedCounts& counts) {
  const auto judged = judge_record(record, config_);
  const RatingEvent* event = judged && *judged ? &**judged : nullptr;
  if (event != nullptr)
    bronze_.add_event(record, *event);
  else if (judged)
    bronze_.pass_over(record);
  else
    bronze_.add_dead_letter(record, name_of(judged.error().reason), judged.error().detail);
  if (running_ != nullptr) changes_.push_back(running_event(record, event));
  ++counts.events;
  counts.ratings += event != nullptr ? 1 : 0;
  counts.passed_over += judged && event == nullptr ? 1 : 0;
  counts.dead_letters += judged ? 0 : 1;
}

std::optional<std::int64_t> LakeConsumer::durable_offset(const StreamPartition& partition) const {
  auto offset = bronze_.durable_offset(partition);
  if (running_ == nullptr || !offset) return offset;
  const auto running = running_->durable_offset(partition);
  return running ? std::min(*offset, *running) : std::optional<std::int64_t>();
}

Status LakeConsumer::commit(std::span<const StreamPartition> partitions) {
  for (const StreamPartition& partition : partitions) {
    const auto known = committed_.find(partition);
    const auto offset = durable_offset(partition);
    if (known == committed_.end() || !offset || *offset <= known->second) continue;
    MARQUEE_TRY(source_.acknowledge(partition, *offset));
    known->second = *offset;
  }
  return {};
}

Status LakeConsumer::commit_insisting(std::span<const StreamPartition> partitions) {
  Backoff backoff;
  for (;;) {
    Status committed = commit(partitions);
    if (committed || committed.error().code != ErrorCode::kUnavailable ||
        backoff.failures() + 1 >= kHandOverCommits)
      return committed;
    backoff.wait(clock_, {});
  }
}

// Reading stops at the limit and begins again at half of it, lest it stutter. What is open then is
// closed: nothing more comes to fill it, and reading must not wait for its age.
void LakeConsumer::hold_back() {
  std::int64_t inflight = bronze_.inflight_bytes();
  if (running_ != nullptr)
    inflight += static_cast<std::int64_t>(running_->waiting_events() * sizeof(RunningEvent));
  const std::int64_t limit = config_.ingest.max_inflight_bytes;
  const bool pause = inflight > (paused_ ? limit / 2 : limit);
  if (pause != paused_) source_.pause(pause);
  if (pause && !paused_) bronze_.close_all();
  paused_ = pause;
}

Status LakeConsumer::subscribe() {
  if (subscribed_) return {};
  MARQUEE_TRY(source_.subscribe(*this));
  subscribed_ = true;
  return {};
}

Result<ConsumedCounts> LakeConsumer::run_once(milliseconds timeout) {
  MARQUEE_TRY(subscribe());
  ConsumedCounts counts;
  // One record a time while there is no room: polling keeps the membership alive.
  const bool room = running_ == nullptr || running_->wait_for_room(timeout);
  const std::int64_t limit = room ? config_.stream.batch_events : 1;
  MARQUEE_ASSIGN(const auto records, source_.poll(static_cast<std::size_t>(limit), timeout));
  for (const StreamRecord& record : records) take(record, counts);
  if (running_ != nullptr) running_->add(std::exchange(changes_, {}));
  bronze_.close_due(steady_clock::now());
  hold_back();
  if (records.empty() || steady_clock::now() - committed_at_ >= kCommitEvery) {
    MARQUEE_TRY(commit(assigned()));
    committed_at_ = steady_clock::now();
  }
  return counts;
}

// Everything is settled while it still is a member: once it closes, nothing tells the brokers that
// it lives, and after a session's silence they take no commit from it.
Result<ConsumedCounts> LakeConsumer::leave(const ConsumedCounts& totals) {
  const Status settled = settle(assigned(), kHandOverLimit);
  leaving_ = true;
  handed_over_ = {};
  const Status closed = source_.close();
  if (!settled) return std::unexpected(settled.error());
  if (!handed_over_) return std::unexpected(handed_over_.error());
  if (!closed) return std::unexpected(closed.error());
  return totals;
}

Result<ConsumedCounts> LakeConsumer::run(std::stop_token stop, milliseconds idle) {
  constexpr milliseconds kPoll(100);
  constexpr int kPatience = 5;
  const bool until_idle = idle.count() > 0;
  ConsumedCounts totals;
  Backoff backoff;
  auto busy = steady_clock::now();
  while (!stop.stop_requested()) {
    const auto counts = run_once(until_idle ? std::min(kPoll, idle) : kPoll);
    if (!counts) {
      if (counts.error().code == ErrorCode::kConflict) return std::unexpected(counts.error());
      spdlog::error("cannot take events, will try again: {}", counts.error().message());
      backoff.wait(clock_, stop);
      if (until_idle && backoff.failures() >= kPatience) return std::unexpected(counts.error());
      continue;
    }
    backoff.reset();
    totals += *counts;
    if (counts->events > 0 || paused_ || !source_.at_end()) busy = steady_clock::now();
    if (until_idle && steady_clock::now() - busy >= idle) break;
  }
  return leave(totals);
}

}  // namespace marquee
