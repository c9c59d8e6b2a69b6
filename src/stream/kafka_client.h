// Inside stream/ only: owning types over librdkafka's C interface. (Its C++ interface has neither
// the admin calls nor a way to leave without a last call to the rebalance callback.)
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "stream/event_stream.h"
#include "stream/kafka_settings.h"

namespace marquee {

// How long open_sink, open_source and the like wait for a broker to answer.
inline constexpr std::chrono::milliseconds kConnectPatience{5000};

template <auto kDestroy>
struct KafkaDeleter {
  template <typename T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, KafkaDeleter<rd_kafka_topic_destroy>>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, KafkaDeleter<rd_kafka_message_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, KafkaDeleter<rd_kafka_error_destroy>>;
using KafkaPartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                           KafkaDeleter<rd_kafka_topic_partition_list_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaDeleter<rd_kafka_queue_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, KafkaDeleter<rd_kafka_event_destroy>>;

// `offsets` may be empty: none is set.
KafkaPartitionList to_kafka_list(std::span<const StreamPartition> partitions,
                                 std::span<const std::int64_t> offsets = {});
std::vector<StreamPartition> from_kafka_list(const rd_kafka_topic_partition_list_t& list);

std::string name_of(const StreamPartition& partition);
std::string names_of(std::span<const StreamPartition> partitions);

struct KafkaCallbacks {
  std::function<void(const rd_kafka_message_t&)> delivered;  // producers: an event's fate
  std::function<void(rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*)> rebalance;
};

// One connection to a cluster. The callbacks and notes of trouble run on the thread that polls it.
// Destroyed, a consumer leaves without a word: what it holds is not revoked.
class KafkaClient {
 public:
  // Says nothing to the brokers yet. kUsage when the settings do not fit together.
  static Result<std::unique_ptr<KafkaClient>> create(rd_kafka_type_t type, const Config& config,
                                                     const KafkaSettings& settings,
                                                     KafkaCallbacks callbacks = {});
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* get() const { return client_; }
  const std::string& brokers() const { return brokers_; }

  // Returns when a broker has answered; kUnavailable with the cause when none did within `timeout`,
  // or soon when it refuses the credentials or a stop is requested. Before anything else polls the
  // client.
  Status await_brokers(std::chrono::milliseconds timeout, const std::stop_token& stop = {});

  // While no broker answers any more: looks, at most once a second, whether one does again. Trouble
  // and its end are logged once each.
  void watch_brokers();
  void note_answer();  // something came from a broker
  bool is_unreachable() const { return unreachable_; }
  // Whether a connection was in trouble within this time.
  bool had_trouble_within(std::chrono::milliseconds time) const;
  std::optional<Error> trouble() const;  // while no broker answers

  // Where a partition begins, or the offset that its next event will have, as its leader says.
  // Keeps to its timeout whatever brokers do, which rd_kafka_query_watermark_offsets() does not.
  enum class Edge { kBegin, kEnd };
  std::expected<std::int64_t, rd_kafka_resp_err_t> offset_at(
      Edge edge, const StreamPartition& partition, std::chrono::milliseconds timeout) const;

  // Commits one partition's offset for the client's group. Keeps to its timeout whatever brokers
  // do, which rd_kafka_commit() does not: __TIMED_OUT, and the offset may still be committed later.
  rd_kafka_resp_err_t commit(const StreamPartition& partition, std::int64_t offset,
                             std::chrono::milliseconds timeout) const;

  // Leaves the group; the rebalance callback runs inside. Keeps to its timeout, callbacks apart,
  // which rd_kafka_consumer_close() does not while a commit is unanswered: __TIMED_OUT.
  rd_kafka_resp_err_t close_consumer(std::chrono::milliseconds timeout) const;

  // An error of librdkafka as ours; names the brokers.
  Error error(rd_kafka_resp_err_t code, const std::string& doing) const;

 private:
  explicit KafkaClient(const Config& config, KafkaCallbacks callbacks);
  void answer_rebalances();
  void abandon();
  void note_error(rd_kafka_resp_err_t code, const char* reason);
  Error no_broker(rd_kafka_resp_err_t code) const;  // mutex_ is held
  struct Hooks;                                     // what librdkafka calls

  std::string brokers_;
  std::string mend_refusal_;
  KafkaCallbacks callbacks_;
  rd_kafka_t* client_ = nullptr;
  mutable std::mutex mutex_;
  std::string cause_;  // the last trouble with a connection
  std::optional<std::chrono::steady_clock::time_point> trouble_at_;  // … and when
  bool refused_ = false;                   // … was that who we are is not believed
  bool connected_ = false;                 // await_brokers() has succeeded
  std::atomic<bool> unreachable_ = false;  // no broker answers any more
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace marquee
