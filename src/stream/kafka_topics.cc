#include "stream/kafka_topics.h"

#include <fmt/format.h>

#include <array>
#include <thread>

#include "core/log.h"
#include "stream/kafka_client.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience(10'000);
constexpr milliseconds kPause(50);
using Groups =
    std::unique_ptr<const rd_kafka_group_list, KafkaDeleter<rd_kafka_group_list_destroy>>;
using Metadata =
    std::unique_ptr<const rd_kafka_metadata_t, KafkaDeleter<rd_kafka_metadata_destroy>>;

Result<Metadata> read_metadata(const KafkaClient& client, const std::string& topic) {
  const KafkaTopic handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client.get(), 0, handle.get(), &metadata, kPatience.count());
  Metadata owned(metadata);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(client.error(code, "the topic " + topic + " cannot be looked up"));
  return owned;
}

// One topic's creation; `code` tells how it went.
Status request_topic(const KafkaClient& client, const KafkaOptions& options,
                     rd_kafka_resp_err_t& code) {
  constexpr int kDefaultReplication = -1;
  std::array<char, 512> reason{};
  std::unique_ptr<rd_kafka_NewTopic_t, KafkaDeleter<rd_kafka_NewTopic_destroy>> topic(
      rd_kafka_NewTopic_new(options.topic.c_str(), static_cast<int>(options.partitions),
                            kDefaultReplication, reason.data(), reason.size()));
  if (topic == nullptr)
    return fail(ErrorCode::kUsage, fmt::format("the topic cannot be made: {}", reason.data()),
                options.topic, "check kafka.topic and kafka.partitions");
  const KafkaQueue queue(rd_kafka_queue_new(client.get()));
  rd_kafka_NewTopic_t* topics = topic.get();
  rd_kafka_CreateTopics(client.get(), &topics, 1, nullptr, queue.get());
  const KafkaEvent event(rd_kafka_queue_poll(queue.get(), static_cast<int>(2 * kPatience.count())));
  if (event == nullptr)
    return std::unexpected(client.error(RD_KAFKA_RESP_ERR__TIMED_OUT, "the topic cannot be made"));
  code = rd_kafka_event_error(event.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(client.error(code, "the topic cannot be made"));
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  code = rd_kafka_topic_result_error(results[0]);
  return {};
}

// A topic is known some time before its partitions have leaders.
Status await_topic(const KafkaClient& client, const std::string& topic) {
  const auto deadline = steady_clock::now() + kPatience;
  for (;;) {
    MARQUEE_ASSIGN(const Metadata metadata, read_metadata(client, topic));
    const rd_kafka_metadata_topic_t& found = metadata->topics[0];
    const std::span partitions(found.partitions, static_cast<std::size_t>(found.partition_cnt));
    if (found.err == RD_KAFKA_RESP_ERR_NO_ERROR && !partitions.empty() &&
        std::ranges::all_of(partitions,
                            [](const auto& partition) { return partition.leader >= 0; }))
      return {};
    if (steady_clock::now() >= deadline)
      return std::unexpected(client.error(found.err, "the topic " + topic + " cannot be used yet"));
    std::this_thread::sleep_for(kPause);
  }
}

// A partition that was made just now has no leader yet that knows of it.
bool may_settle(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
         code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

Result<StreamProgress> partition_progress(const KafkaClient& client,
                                          const rd_kafka_topic_partition_t& committed) {
  StreamProgress progress;
  progress.partition = {committed.topic, committed.partition};
  if (committed.offset >= 0) progress.committed = committed.offset;
  const auto deadline = steady_clock::now() + kPatience;
  using Edge = KafkaClient::Edge;
  for (;;) {
    const auto begin = client.offset_at(Edge::kBegin, progress.partition, kPatience);
    const auto end = begin ? client.offset_at(Edge::kEnd, progress.partition, kPatience) : begin;
    if (end) {
      progress.begin = *begin;
      progress.end = *end;
      return progress;
    }
    if (!may_settle(end.error()) || steady_clock::now() >= deadline)
      return std::unexpected(client.error(
          end.error(),
          fmt::format("the offsets of {} cannot be asked for", name_of(progress.partition))));
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

std::vector<std::string> kafka_topics(const KafkaOptions& options) {
  std::vector<std::string> topics = {options.topic};
  if (!options.access_log_topic.empty()) topics.push_back(options.access_log_topic);
  return topics;
}

Result<std::int32_t> kafka_partition_count(const KafkaClient& client, const std::string& topic) {
  MARQUEE_ASSIGN(const Metadata metadata, read_metadata(client, topic));
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return 0;
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(client.error(found.err, "the topic " + topic + " cannot be used"));
  return found.partition_cnt;
}

Result<std::vector<StreamPartition>> kafka_partitions(const KafkaClient& client,
                                                      const KafkaOptions& options) {
  std::vector<StreamPartition> partitions;
  for (const std::string& topic : kafka_topics(options)) {
    MARQUEE_ASSIGN(const std::int32_t count, kafka_partition_count(client, topic));
    for (std::int32_t k = 0; k < count; ++k) partitions.push_back({topic, k});
  }
  return partitions;
}

Status subscribe_to_kafka_topics(const KafkaClient& client, const KafkaOptions& options) {
  std::vector<StreamPartition> topics;
  for (std::string& topic : kafka_topics(options))
    topics.push_back({std::move(topic), RD_KAFKA_PARTITION_UA});
  const auto code = rd_kafka_subscribe(client.get(), to_kafka_list(topics).get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return std::unexpected(client.error(code, "the topics cannot be subscribed to"));
}

Status require_kafka_topic(const KafkaClient& client, const std::string& topic) {
  MARQUEE_ASSIGN(const std::int32_t partitions, kafka_partition_count(client, topic));
  if (partitions > 0) return {};
  return fail(ErrorCode::kNotFound, "there is no topic " + topic, "Kafka at " + client.brokers(),
              "create it, or set kafka.create_topic=true to have kafka.topic made");
}

// Creation is asked for without looking first: a broker set to make what is asked about would make
// the topic with its own number of partitions.
Status ensure_kafka_topic(const KafkaClient& client, const KafkaOptions& options) {
  if (!options.create_topic) return require_kafka_topic(client, options.topic);
  auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
  MARQUEE_TRY(request_topic(client, options, code));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    spdlog::info("made the topic {} with {} partitions", options.topic, options.partitions);
  } else if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    // Who may not make topics may find one that is there.
    if (require_kafka_topic(client, options.topic)) return {};
    return std::unexpected(client.error(code, "the topic " + options.topic + " cannot be made"));
  }
  return await_topic(client, options.topic);
}

Result<std::vector<StreamProgress>> kafka_progress(const Config& config) {
  MARQUEE_ASSIGN(const auto client,
                 KafkaClient::create(RD_KAFKA_CONSUMER, config, kafka_reader_settings(config)));
  MARQUEE_TRY(client->await_brokers(kConnectPatience));
  MARQUEE_ASSIGN(auto partitions, kafka_partitions(*client, config.kafka));
  std::vector<StreamProgress> all;
  if (partitions.empty()) return all;
  std::ranges::sort(partitions);
  const KafkaPartitionList committed = to_kafka_list(partitions);
  if (const auto code = rd_kafka_committed(client->get(), committed.get(), kPatience.count());
      code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(
        client->error(code, "the offsets of group " + config.kafka.group + " cannot be asked for"));
  for (const auto& entry : std::span(committed->elems, static_cast<std::size_t>(committed->cnt))) {
    MARQUEE_ASSIGN(auto progress, partition_progress(*client, entry));
    all.push_back(std::move(progress));
  }
  return all;
}

// The coordinator of a group that nobody has joined for long may not know it.
Result<std::int64_t> kafka_group_members(const Config& config) {
  MARQUEE_ASSIGN(const auto client,
                 KafkaClient::create(RD_KAFKA_CONSUMER, config, kafka_reader_settings(config)));
  MARQUEE_TRY(client->await_brokers(kConnectPatience));
  const std::string& group = config.kafka.group;
  const rd_kafka_group_list* found = nullptr;
  const auto code = rd_kafka_list_groups(client->get(), group.c_str(), &found,
                                         static_cast<int>(kPatience.count()));
  const Groups groups(found);
  // A partial answer may lack the very broker that knows.
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(client->error(code, "the group " + group + " cannot be asked for"));
  std::int64_t members = 0;
  for (const auto& info : std::span(groups->groups, static_cast<std::size_t>(groups->group_cnt))) {
    if (info.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return std::unexpected(
          client->error(info.err, "the group " + group + " cannot be asked for"));
    members += info.member_cnt;
  }
  return members;
}

}  // namespace marquee
