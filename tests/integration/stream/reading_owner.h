// An owner of partitions that keeps what it reads, for the tests of sources.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "stream/event_stream.h"

namespace marquee {

// stream_progress(), which must not fail.
inline std::vector<StreamProgress> progress_of(const Config& config) {
  const auto progress = stream_progress(config);
  EXPECT_TRUE(progress) << progress.error().message();
  return progress.value_or(std::vector<StreamProgress>());
}

// Reads a source and acknowledges what it has read when a partition goes. Where it begins is the
// group's affair unless `starts` says otherwise.
class ReadingOwner final : public PartitionOwner {
 public:
  // What happens is written into `log` as "<name> assigned topic/0", across owners in order.
  ReadingOwner(std::string name, std::vector<std::string>& log)
      : name_(std::move(name)), log_(log) {}

  void attach(EventSource& source) {
    source_ = &source;
    ASSERT_TRUE(source.subscribe(*this));
  }

  // One poll; adds its records to `records`.
  void poll(std::chrono::milliseconds timeout = std::chrono::milliseconds(50),
            std::size_t limit = 1000) {
    auto got = source_->poll(limit, timeout);
    ASSERT_TRUE(got) << got.error().message();
    for (StreamRecord& record : *got) {
      next_[{record.topic, record.partition}] = record.offset + 1;
      records.push_back(std::move(record));
    }
  }
  // Until `done` or the time is over; false: it was over.
  template <typename Done>
  bool poll_until(Done done, std::chrono::seconds patience = std::chrono::seconds(120)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline || testing::Test::HasFatalFailure())
        return false;
      poll();
    }
    return true;
  }

  std::vector<StreamPartition> held() const {
    std::vector<StreamPartition> partitions;
    for (const auto& [partition, held] : held_)
      if (held) partitions.push_back(partition);
    return partitions;
  }

  void acknowledge_all() {
    for (const auto& [partition, next] : next_) ASSERT_TRUE(source_->acknowledge(partition, next));
  }

  std::map<StreamPartition, std::int64_t> starts;
  std::vector<StreamRecord> records;
  int assignments = 0;
  int failures = 0;  // so often it cannot say where reading begins

 private:
  Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) override {
    if (failures > 0 && failures-- > 0) return fail(ErrorCode::kIo, "the store is away");
    ++assignments;
    std::vector<std::optional<std::int64_t>> offsets;
    for (const StreamPartition& partition : partitions) {
      note("assigned", partition);
      held_[partition] = true;
      const auto start = starts.find(partition);
      offsets.push_back(start == starts.end() ? std::nullopt : std::optional(start->second));
    }
    return offsets;
  }
  Status on_revoked(std::span<const StreamPartition> partitions) override {
    for (const StreamPartition& partition : partitions) {
      note("revoked", partition);
      if (const auto next = next_.find(partition); next != next_.end())
        MARQUEE_TRY(source_->acknowledge(partition, next->second));
      held_[partition] = false;
    }
    return {};
  }
  void on_lost(std::span<const StreamPartition> partitions) override {
    for (const StreamPartition& partition : partitions) {
      note("lost", partition);
      held_[partition] = false;
    }
  }
  void note(const std::string& what, const StreamPartition& partition) {
    log_.push_back(fmt::format("{} {} {}", name_, what, partition.partition));
  }

  std::string name_;
  std::vector<std::string>& log_;
  EventSource* source_ = nullptr;
  std::map<StreamPartition, bool> held_;
  std::map<StreamPartition, std::int64_t> next_;
};

}  // namespace marquee
