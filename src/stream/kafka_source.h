// Reads the events of a Kafka topic, and the lines of kafka.access_log_topic beside it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stream/event_stream.h"

struct rd_kafka_message_s;
struct rd_kafka_topic_partition_list_s;

namespace marquee {

class KafkaClient;
class KafkaGroupWatch;

// A member of the consumer group, static (see kafka_instance_id) and with cooperative rebalancing:
// a partition that stays is never interrupted, and one that goes was made durable by its owner
// before another member reads it. A member that is killed or closed and comes back with the same
// instance id resumes its partitions at once; they go to others after 10 s of absence. A second
// member with the same instance id drives the first one out (kConflict at its next poll). So does,
// after trouble with a connection, the member's own join whose answer was lost: one that is driven
// out within a minute of trouble counts its partitions as lost and joins again, once. From
// subscribe() to close() a thread beside it sees to it that the group reads every partition
// (KafkaGroupWatch).
//
// Or a reader beside the group, which gets every partition at its first poll.
//
// Broker trouble is no error of poll(): it gives nothing, and the log says once that the brokers
// are away and once that they are back.
class KafkaSource final : public EventSource {
 public:
  enum class Role { kMember, kReader };
  // Fails within about 5 s when no broker answers, sooner when a stop is requested. A member makes
  // the topic as kafka.create_topic allows; an access log topic must be there.
  static Result<std::unique_ptr<KafkaSource>> open(const Config& config, Role role,
                                                   const std::stop_token& stop = {});
  ~KafkaSource() override;

  Status subscribe(PartitionOwner& owner) override;
  Result<std::vector<StreamRecord>> poll(std::size_t limit,
                                         std::chrono::milliseconds timeout) override;
  Status seek(const StreamPartition& partition, std::int64_t offset) override;
  // Waits up to 5 s for the group's coordinator; fails at once while no broker answers. A reader's
  // acknowledgement changes nothing.
  Status acknowledge(const StreamPartition& partition, std::int64_t next_offset) override;
  void pause(bool paused) override;
  // A member that was given no partition is at its end only after 15 s of that: those of others
  // come in a second round.
  bool at_end() const override;
  // Fails too when on_revoked failed, and after 10 s when brokers that fell silent do not let it
  // leave: the group then gives the partitions to others by itself.
  Status close() override;

 private:
  struct Assigned {
    std::optional<std::int64_t> next;  // the offset to read next, where it is known
    bool at_end = false;
    bool told_of_older = false;  // records before `next` came, and the log says so
  };

  KafkaSource(const Config& config, Role role);
  Status connect(const std::stop_token& stop);
  Status join_again();
  Status subscribe_as_member();
  Status take_all_partitions();
  void rebalance(int code, rd_kafka_topic_partition_list_s* partitions);
  void give_up(std::span<const StreamPartition> partitions, bool lost);
  Status place_waiting();
  void apply_pause(rd_kafka_topic_partition_list_s* partitions) const;
  void ask_for_more();
  void take(const rd_kafka_message_s& message);
  std::pair<const StreamPartition, Assigned>* place_of(const rd_kafka_message_s& message);
  void take_record(const rd_kafka_message_s& message, const std::string& topic, Assigned& from);
  void note_error(const rd_kafka_message_s& message);
  Status check_assigned(const StreamPartition& partition) const;

  const Config config_;
  const KafkaOptions& options_ = config_.kafka;
  const Role role_;
  const std::string instance_id_;
  std::unique_ptr<KafkaClient> client_;
  std::unique_ptr<KafkaGroupWatch> watch_;  // a member's; asks through client_, so it goes first
  PartitionOwner* owner_ = nullptr;
  std::map<StreamPartition, Assigned> assigned_;
  std::optional<std::vector<StreamPartition>> waiting_;  // ours, but the owner has not placed them
  std::vector<StreamRecord> collected_;                  // by the poll under way
  std::optional<Error> failure_;                         // for poll() to tell
  Status handed_over_;  // whether all that was revoked could be made durable
  // An offset came too late: the group had shared anew without us, and whoever reads the partition
  // begins at the last offset that came in time.
  bool outdated_ = false;
  // Where the last message came from: mostly the next one does too.
  const void* last_topic_ = nullptr;
  std::pair<const StreamPartition, Assigned>* last_place_ = nullptr;
  StreamPartition asked_last_;
  bool was_assigned_ = false;
  bool driven_out_ = false;  // by trouble, it seems: the next poll joins again
  std::chrono::steady_clock::time_point without_partitions_since_{};
  bool paused_ = false;
  bool closed_ = false;
};

}  // namespace marquee
