#include "ingest/running_writer.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "core/backoff.h"
#include "core/log.h"
#include "ingest/running_partition.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::array kKinds = {EntityKind::kUser, EntityKind::kMovie};

}  // namespace

// The thread, and what it shares with the ingest thread. What is in `partitions_` is looked up and
// changed under the mutex only; a partition's rows are the thread's alone, so that loading and
// writing hold up nobody.
class RunningWriter::Worker {
 public:
  Worker(RunningOutlet outlet, RunningOptions options, std::function<std::string()> new_writer)
      : outlet_(std::move(outlet)),
        options_(options),
        new_writer_(std::move(new_writer)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  bool wait_for_room(milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    return settled_.wait_for(lock, timeout,
                             [&] { return waiting_events_ < options_.waiting_events; });
  }

  void add(std::vector<RunningEvent> events) {
    const std::lock_guard lock(mutex_);
    for (RunningEvent& event : events) {
      auto& partition = partitions_[event.partition];
      if (partition == nullptr)
        partition = std::make_shared<Partition>(event.partition, new_writer_());
      if (partition->durable < 0) partition->durable = event.offset;
      partition->added = event.offset + 1;
      partition->waiting.push_back(std::move(event));
      ++waiting_events_;
    }
    wake_.notify_all();
  }

  std::optional<std::int64_t> durable_offset(const StreamPartition& partition) const {
    const std::lock_guard lock(mutex_);
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return std::nullopt;
    return found->second->durable;
  }

  Status wait_durable(std::span<const StreamPartition> partitions, milliseconds timeout) {
    std::unique_lock lock(mutex_);
    flush_asked_ = true;
    wake_.notify_all();
    const bool durable = settled_.wait_for(lock, timeout, [&] {
      return std::ranges::all_of(partitions, [&](const auto& p) { return is_durable(p); });
    });
    flush_asked_ = false;
    if (durable) return {};
    if (failure_) return std::unexpected(*failure_);
    return fail(ErrorCode::kUnavailable, "the running features were not written in time", "",
                "they will be, from the stream");
  }

  void drop(const StreamPartition& partition) {
    const std::lock_guard lock(mutex_);
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return;
    waiting_events_ -= found->second->waiting.size();
    found->second->dropped = true;
    partitions_.erase(found);
    settled_.notify_all();
  }

  std::size_t waiting_events() const {
    const std::lock_guard lock(mutex_);
    return waiting_events_;
  }

 private:
  struct Partition {
    Partition(const StreamPartition& partition, std::string writer)
        : name(partition), rows(partition, std::move(writer)) {}
    const StreamPartition name;
    // Under the mutex.
    std::vector<RunningEvent> waiting;
    std::int64_t added = 0;     // the offset after the last that was added
    std::int64_t durable = -1;  // every offset before it is in durable rows
    std::atomic<bool> dropped = false;
    // The thread's.
    RunningPartition rows;
  };
  using Partitions = std::vector<std::shared_ptr<Partition>>;

  bool is_durable(const StreamPartition& partition) const {
    const auto found = partitions_.find(partition);
    return found == partitions_.end() || found->second->durable == found->second->added;
  }

  Partitions all() const {
    const std::lock_guard lock(mutex_);
    Partitions all;
    for (const auto& [name, partition] : partitions_) all.push_back(partition);
    return all;
  }

  void run(const std::stop_token& stop) {
    auto flushed = steady_clock::now();
    while (!stop.stop_requested()) {
      const bool due = wait_for_work(stop, flushed + options_.flush_every);
      std::size_t changed = 0;
      for (const auto& partition : all()) {
        sum_up(*partition, stop);
        changed += partition->rows.changed_count();
      }
      if (stop.stop_requested() || !(due || changed >= options_.changed_rows)) continue;
      for (const auto& partition : all()) write(*partition, stop);
      flushed = steady_clock::now();
    }
  }

  // True: it is time to write.
  bool wait_for_work(const std::stop_token& stop, steady_clock::time_point flush_at) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, stop, flush_at, [&] { return waiting_events_ > 0 || flush_asked_; });
    return flush_asked_ || steady_clock::now() >= flush_at;
  }

  void sum_up(Partition& partition, const std::stop_token& stop) {
    std::vector<RunningEvent> events;
    {
      const std::lock_guard lock(mutex_);
      if (partition.dropped) return;
      events = std::exchange(partition.waiting, {});
    }
    const bool loaded = std::ranges::all_of(
        kKinds, [&](EntityKind kind) { return load(kind, partition, events, stop); });
    if (loaded) partition.rows.add(events);
    const std::lock_guard lock(mutex_);
    waiting_events_ -= events.size();
    settled_.notify_all();
  }

  // False: it was given up, because of a stop or because the partition was dropped.
  bool load(EntityKind kind, Partition& partition, std::span<const RunningEvent> events,
            const std::stop_token& stop) {
    const std::vector<std::int64_t> ids = partition.rows.missing(kind, events);
    if (ids.empty()) return true;
    Result<std::vector<RunningRow>> rows;
    const bool done = insist("load running features", partition, stop, [&]() -> Status {
      rows = outlet_.load(kind, partition.name, ids);
      return rows ? Status() : std::unexpected(rows.error());
    });
    if (done) partition.rows.loaded(kind, ids, *rows);
    return done;
  }

  void write(Partition& partition, const std::stop_token& stop) {
    for (const EntityKind kind : kKinds) {
      const std::vector<RunningRow> rows = partition.rows.take_changed(kind);
      const bool done = rows.empty() || insist("write running features", partition, stop,
                                               [&] { return outlet_.write(kind, rows); });
      if (!done) return;
    }
    if (partition.rows.row_count() > options_.cached_rows) partition.rows.forget_rows();
    const std::lock_guard lock(mutex_);
    partition.durable = std::max(partition.durable, partition.rows.last_offset() + 1);
    settled_.notify_all();
  }

  template <typename Attempt>
  bool insist(std::string_view doing, const Partition& partition, const std::stop_token& stop,
              const Attempt& attempt) {
    Backoff backoff;
    for (;;) {
      const Status status = attempt();
      tell(doing, status);
      if (status) return !partition.dropped;
      if (partition.dropped || !backoff.wait(clock_, stop)) return false;
    }
  }

  void tell(std::string_view doing, const Status& status) {
    const std::lock_guard lock(mutex_);
    if (!status && !failure_)
      spdlog::warn("cannot {}, will try again: {}", doing, status.error().message());
    if (status && failure_) spdlog::info("running features are written again");
    failure_ = status ? std::nullopt : std::optional(status.error());
  }

  const RunningOutlet outlet_;
  const RunningOptions options_;
  const std::function<std::string()> new_writer_;
  SystemClock clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  mutable std::condition_variable_any settled_;
  std::map<StreamPartition, std::shared_ptr<Partition>> partitions_;
  std::size_t waiting_events_ = 0;
  bool flush_asked_ = false;
  std::optional<Error> failure_;
  std::jthread thread_;  // last: it uses all of the above
};

RunningWriter::RunningWriter(RunningOutlet outlet, RunningOptions options,
                             std::function<std::string()> new_writer)
    : worker_(std::make_unique<Worker>(std::move(outlet), options, std::move(new_writer))) {}

RunningWriter::~RunningWriter() = default;

bool RunningWriter::wait_for_room(milliseconds timeout) const {
  return worker_->wait_for_room(timeout);
}
void RunningWriter::add(std::vector<RunningEvent> events) {
  worker_->add(std::move(events));
}
std::optional<std::int64_t> RunningWriter::durable_offset(const StreamPartition& partition) const {
  return worker_->durable_offset(partition);
}
Status RunningWriter::wait_durable(std::span<const StreamPartition> partitions,
                                   std::chrono::milliseconds timeout) {
  return worker_->wait_durable(partitions, timeout);
}
void RunningWriter::drop(const StreamPartition& partition) {
  worker_->drop(partition);
}
std::size_t RunningWriter::waiting_events() const {
  return worker_->waiting_events();
}

}  // namespace marquee
