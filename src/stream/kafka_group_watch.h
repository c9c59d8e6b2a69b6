// Sees to it that every partition of the topics has a reader in the consumer group.
#pragma once

#include <stop_token>
#include <thread>

#include "stream/unread_partitions.h"

namespace marquee {

class KafkaClient;

// A thread beside a member of the group. A static member that dies while it hands partitions over
// and is back within its session is given its old place without a rebalance, and what it was
// handing over is nobody's. So the watch asks every 5 s what the group says of itself (two small
// requests), and makes it share anew once partitions have had no owner for a session, see
// UnreadPartitions. Several members doing so at once are harmless. Trouble with asking is logged
// once and changes nothing.
class KafkaGroupWatch {
 public:
  // Begins at once. `member` must outlive the watch.
  KafkaGroupWatch(const Config& config, const KafkaClient& member);
  // Ends the thread: soon, or after some seconds when it is just making the group share anew.
  ~KafkaGroupWatch();
  KafkaGroupWatch(const KafkaGroupWatch&) = delete;
  KafkaGroupWatch& operator=(const KafkaGroupWatch&) = delete;

 private:
  void run(const std::stop_token& stop);
  Status look(UnreadPartitions& unread, const std::stop_token& stop) const;

  const Config config_;
  const KafkaClient& member_;
  std::jthread thread_;
};

// What the configured group says of itself; asks through `client`. kUnavailable when no answer
// comes within two seconds.
Result<GroupDescription> describe_kafka_group(const Config& config, const KafkaClient& client);

// Joins the group as one member more and leaves it as soon as it was given its share, of which it
// reads nothing: both make the group share its partitions anew. Takes a few seconds, at most a
// minute; each partition moves as in any rebalance.
Status make_kafka_group_share_anew(const Config& config, const std::stop_token& stop);

}  // namespace marquee
