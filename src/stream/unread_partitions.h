// Which partitions of a consumer group nobody reads, and which member is to do something about it.
// Pure: it is given what the group says of itself and the time.
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "stream/event_stream.h"

namespace marquee {

// What a group says of itself at one moment.
struct GroupDescription {
  bool settled = false;              // no rebalance is under way
  std::vector<std::string> members;  // instance ids; of a member without one any other name
  std::vector<StreamPartition> assigned;  // to any of the members
};

struct UnreadOptions {
  // A partition without an owner in a settled group may be on its way from one to another; after so
  // long it is not.
  std::chrono::seconds patience{10};
  // The members take turns by their names: each lets the one before it try for so long.
  std::chrono::seconds turn{10};
  // Between two attempts of one member: doubles from the first to the last while they do not help.
  std::chrono::seconds shortest_pause{60};
  std::chrono::seconds longest_pause{3600};
};

// Not thread-safe.
class UnreadPartitions {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `self`: this member's name in the descriptions.
  explicit UnreadPartitions(std::string self, const UnreadOptions& options = {});

  // Takes a description made at `now`, and all partitions that the group is to read. Gives those
  // that have had no owner for too long when it is this member's turn to make the group share them
  // out again, and counts that as an attempt; empty: nothing is to be done.
  std::vector<StreamPartition> due(const GroupDescription& group,
                                   std::span<const StreamPartition> partitions, Time now);

 private:
  void note(const GroupDescription& group, std::span<const StreamPartition> partitions, Time now);

  const std::string self_;
  const UnreadOptions options_;
  std::map<StreamPartition, Time> since_;  // the unread ones
  std::chrono::seconds pause_;             // after the next attempt
  Time not_before_ = Time::min();
};

}  // namespace marquee
