// A topic with a consumer group in memory: members get, lose and hand over partitions when the test
// says so.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "stream/event_stream.h"

namespace marquee {

struct SimulatedTopic {
  explicit SimulatedTopic(int partition_count)
      : records(static_cast<std::size_t>(partition_count)),
        committed(static_cast<std::size_t>(partition_count)) {}

  void produce(std::int32_t partition, std::string value) {
    auto& log = records[static_cast<std::size_t>(partition)];
    const auto offset = static_cast<std::int64_t>(log.size());
    log.push_back(
        {"user-events", partition, offset, 1'700'000'000'000'000 + offset, std::move(value)});
  }

  std::vector<std::vector<StreamRecord>> records;
  std::vector<std::int64_t> committed;  // of the group
  int commits = 0;                      // so far
  int refusals = 0;                     // how many commits are not answered from now on
};

class SimulatedMember final : public EventSource {
 public:
  explicit SimulatedMember(SimulatedTopic& topic) : topic_(topic) {}

  // The group's side: who owns what.
  void assign(std::int32_t partition) {
    const StreamPartition key{"user-events", partition};
    const auto begin = owner_->on_assigned({&key, 1});
    ASSERT_TRUE(begin);
    next_[partition] = begin->front().value_or(topic_.committed[index(partition)]);
  }
  void revoke(std::int32_t partition) {
    const StreamPartition key{"user-events", partition};
    (void)owner_->on_revoked({&key, 1});
    next_.erase(partition);
  }
  // The group has given the partition to another; this member has not heard of it yet.
  void fence(std::int32_t partition) { fenced_.push_back(partition); }
  bool holds(std::int32_t partition) const { return next_.contains(partition); }
  bool knows_its_fences() const { return fenced_.empty(); }

  Status subscribe(PartitionOwner& owner) override {
    owner_ = &owner;
    return {};
  }
  Result<std::vector<StreamRecord>> poll(std::size_t limit, std::chrono::milliseconds) override {
    for (const std::int32_t partition : std::exchange(fenced_, {})) lose(partition);
    std::vector<StreamRecord> records;
    for (auto& [partition, next] : next_) {
      const auto& log = topic_.records[index(partition)];
      for (; records.size() < limit && next < std::ssize(log) && !paused; ++next)
        records.push_back(log[static_cast<std::size_t>(next)]);
    }
    return records;
  }
  Status seek(const StreamPartition& partition, std::int64_t offset) override {
    next_[partition.partition] = offset;
    return {};
  }
  Status acknowledge(const StreamPartition& partition, std::int64_t next_offset) override {
    if (!holds(partition.partition) || is_fenced(partition.partition))
      return fail(ErrorCode::kNotFound, "the partition is not assigned");
    if (topic_.refusals > 0) {
      --topic_.refusals;
      return fail(ErrorCode::kUnavailable, "no broker answers");
    }
    auto& committed = topic_.committed[index(partition.partition)];
    EXPECT_GE(next_offset, committed) << "an offset went back";
    committed = next_offset;
    ++topic_.commits;
    return {};
  }
  void pause(bool on) override { paused = on; }
  bool at_end() const override {
    return std::ranges::all_of(next_, [this](const auto& entry) {
      return entry.second == std::ssize(topic_.records[index(entry.first)]);
    });
  }
  Status close() override {
    if (const auto told = std::exchange(on_close, {})) told();
    std::vector<StreamPartition> held;
    for (const auto& [partition, next] : next_) held.push_back({"user-events", partition});
    Status handed_over = owner_->on_revoked(held);
    next_.clear();
    return handed_over;
  }

  bool paused = false;
  std::function<void()> on_close;

 private:
  bool is_fenced(std::int32_t partition) const {
    return std::ranges::find(fenced_, partition) != fenced_.end();
  }
  static std::size_t index(std::int32_t partition) { return static_cast<std::size_t>(partition); }
  void lose(std::int32_t partition) {
    const StreamPartition key{"user-events", partition};
    owner_->on_lost({&key, 1});
    next_.erase(partition);
  }

  SimulatedTopic& topic_;
  PartitionOwner* owner_ = nullptr;
  std::map<std::int32_t, std::int64_t> next_;
  std::vector<std::int32_t> fenced_;
};

}  // namespace marquee
