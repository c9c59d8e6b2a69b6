#include "pipeline/waiting_users.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace marquee {
namespace {

using std::chrono::steady_clock;

// Has every partition read from where the group stands.
class FromCommitted final : public PartitionOwner {
 public:
  explicit FromCommitted(const std::vector<StreamProgress>& stream) {
    for (const StreamProgress& partition : stream)
      begin_[partition.partition] =
          std::max(partition.begin, partition.committed.value_or(partition.begin));
  }
  Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) override {
    std::vector<std::optional<std::int64_t>> offsets;
    for (const StreamPartition& partition : partitions) offsets.emplace_back(begin_[partition]);
    return offsets;
  }
  Status on_revoked(std::span<const StreamPartition>) override { return {}; }
  void on_lost(std::span<const StreamPartition>) override {}

 private:
  std::map<StreamPartition, std::int64_t> begin_;
};

bool waits(const StreamProgress& partition) {
  return std::max(partition.begin, partition.committed.value_or(partition.begin)) < partition.end;
}

// The offsets before which everything is to be looked at, of the partitions where something waits.
using Ends = std::map<StreamPartition, std::int64_t>;

Ends ends_of(const std::vector<StreamProgress>& stream) {
  Ends ends;
  for (const StreamProgress& partition : stream)
    if (waits(partition)) ends[partition.partition] = partition.end;
  return ends;
}

Result<std::int64_t> count_until(EventSource& source, Ends ends, const UserMentions& users) {
  constexpr std::size_t kBatch = 10'000;
  constexpr std::chrono::milliseconds kPoll(100);
  constexpr std::chrono::seconds kPatience(30);
  std::int64_t count = 0;
  auto heard = steady_clock::now();
  while (!ends.empty()) {
    MARQUEE_ASSIGN(const auto records, source.poll(kBatch, kPoll));
    for (const StreamRecord& record : records) {
      const auto end = ends.find({record.topic, record.partition});
      if (end == ends.end()) continue;
      if (record.offset < end->second && users.are_in(record.value)) ++count;
      if (record.offset + 1 >= end->second) ends.erase(end);
    }
    // The last offsets of a partition may hold no event at all, as the marks of transactions do.
    if (records.empty() && source.at_end()) return count;
    if (!records.empty()) heard = steady_clock::now();
    if (steady_clock::now() - heard > kPatience)
      return fail(ErrorCode::kUnavailable,
                  fmt::format("nothing came from the stream for {} s", kPatience.count()),
                  "the events that wait in the stream", "see that its brokers are up");
  }
  return count;
}

}  // namespace

Result<std::int64_t> count_waiting(const Config& config, const UserMentions& users) {
  MARQUEE_ASSIGN(const auto stream, stream_progress(config));
  const Ends ends = ends_of(stream);
  if (ends.empty()) return 0;
  FromCommitted owner(stream);
  MARQUEE_ASSIGN(const auto source, open_reader(config));
  MARQUEE_TRY(source->subscribe(owner));
  MARQUEE_ASSIGN(const std::int64_t count, count_until(*source, ends, users));
  MARQUEE_TRY(source->close());
  return count;
}

}  // namespace marquee
