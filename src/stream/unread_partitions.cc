#include "stream/unread_partitions.h"

#include <algorithm>
#include <set>

namespace marquee {

UnreadPartitions::UnreadPartitions(std::string self, const UnreadOptions& options)
    : self_(std::move(self)), options_(options), pause_(options.shortest_pause) {}

void UnreadPartitions::note(const GroupDescription& group,
                            std::span<const StreamPartition> partitions, Time now) {
  const std::set<StreamPartition> assigned(group.assigned.begin(), group.assigned.end());
  std::map<StreamPartition, Time> since;
  for (const StreamPartition& partition : partitions) {
    if (assigned.contains(partition)) continue;
    const auto known = since_.find(partition);
    since.emplace(partition, known == since_.end() ? now : known->second);
  }
  since_ = std::move(since);
}

std::vector<StreamPartition> UnreadPartitions::due(const GroupDescription& group,
                                                   std::span<const StreamPartition> partitions,
                                                   Time now) {
  if (!group.settled) {
    since_.clear();
    return {};
  }
  note(group, partitions, now);
  if (since_.empty()) pause_ = options_.shortest_pause;
  // Who is not in the group (yet) makes it share anew by joining.
  const bool is_member = std::ranges::find(group.members, self_) != group.members.end();
  if (!is_member || now < not_before_) return {};
  const auto before =
      std::ranges::count_if(group.members, [&](const auto& member) { return member < self_; });
  const auto patience = options_.patience + before * options_.turn;
  std::vector<StreamPartition> due;
  for (const auto& [partition, since] : since_)
    if (now - since >= patience) due.push_back(partition);
  if (due.empty()) return due;
  not_before_ = now + pause_;
  pause_ = std::min(2 * pause_, options_.longest_pause);
  return due;
}

}  // namespace marquee
