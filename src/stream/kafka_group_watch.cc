#include "stream/kafka_group_watch.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <mutex>

#include "core/log.h"
#include "stream/kafka_client.h"
#include "stream/kafka_topics.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kBetweenLooks(5);
constexpr milliseconds kAnswerPatience(5000);
constexpr std::chrono::seconds kSharePatience(60);
constexpr std::chrono::seconds kLeavePatience(5);
constexpr int kSliceMilliseconds = 100;  // so soon a stop is noticed

using Queue = std::unique_ptr<rd_kafka_queue_t, KafkaDeleter<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, KafkaDeleter<rd_kafka_event_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDeleter<rd_kafka_AdminOptions_destroy>>;

// Null when a stop is requested first.
Event ask_for_group(const KafkaClient& client, const std::string& group,
                    const std::stop_token& stop) {
  const Queue queue(rd_kafka_queue_new(client.get()));
  const AdminOptions options(
      rd_kafka_AdminOptions_new(client.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kAnswerPatience.count(), nullptr, 0);
  const char* name = group.c_str();
  rd_kafka_DescribeConsumerGroups(client.get(), &name, 1, options.get(), queue.get());
  Event event;
  while (event == nullptr && !stop.stop_requested())
    event.reset(rd_kafka_queue_poll(queue.get(), kSliceMilliseconds));
  return event;
}

GroupDescription from_kafka(const rd_kafka_ConsumerGroupDescription_t& group) {
  GroupDescription description;
  description.settled =
      rd_kafka_ConsumerGroupDescription_state(&group) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
  const std::size_t count = rd_kafka_ConsumerGroupDescription_member_count(&group);
  for (std::size_t k = 0; k < count; ++k) {
    const auto* member = rd_kafka_ConsumerGroupDescription_member(&group, k);
    const char* instance = rd_kafka_MemberDescription_group_instance_id(member);
    description.members.emplace_back(
        instance != nullptr ? instance : rd_kafka_MemberDescription_consumer_id(member));
    const auto* assigned =
        rd_kafka_MemberAssignment_partitions(rd_kafka_MemberDescription_assignment(member));
    if (assigned != nullptr)
      std::ranges::copy(from_kafka_list(*assigned), std::back_inserter(description.assigned));
  }
  return description;
}

// A member for a moment: says yes to what it is given and reads nothing of it.
class PasserBy {
 public:
  Status join(const Config& config);
  // Polls until the group has shared with it.
  Status await_share(const std::stop_token& stop);
  void leave();

 private:
  bool is_member() const;
  void answer(rd_kafka_resp_err_t code);

  bool was_given_ = false;
  std::unique_ptr<KafkaClient> client_;
};

Status PasserBy::join(const Config& config) {
  KafkaCallbacks callbacks;
  callbacks.rebalance = [this](rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t*) {
    answer(code);
  };
  MARQUEE_ASSIGN(client_,
                 KafkaClient::create(RD_KAFKA_CONSUMER, config, kafka_passer_by_settings(config),
                                     std::move(callbacks)));
  rd_kafka_poll_set_consumer(client_->get());
  return subscribe_to_kafka_topics(*client_, config.kafka);
}

// Takes nothing of what it is given, and so has nothing to give back: librdkafka refuses to
// unassign what was not assigned, and goes on waiting for an answer.
void PasserBy::answer(rd_kafka_resp_err_t code) {
  const KafkaPartitionList none = to_kafka_list({});
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    was_given_ = true;
    KafkaError(rd_kafka_incremental_assign(client_->get(), none.get()));
  } else {
    KafkaError(rd_kafka_incremental_unassign(client_->get(), none.get()));
  }
}

// Closed at once, librdkafka 2.0 does not tell the group when it was given nothing. Who cannot
// leave is missed by the group after a session.
void PasserBy::leave() {
  const auto deadline = steady_clock::now() + kLeavePatience;
  rd_kafka_unsubscribe(client_->get());
  while (is_member()) {
    if (steady_clock::now() >= deadline) return;
    KafkaMessage(rd_kafka_consumer_poll(client_->get(), kSliceMilliseconds));
  }
  rd_kafka_consumer_close(client_->get());
}

bool PasserBy::is_member() const {
  char* id = rd_kafka_memberid(client_->get());
  const bool has_one = id != nullptr && *id != '\0';
  if (id != nullptr) rd_kafka_mem_free(client_->get(), id);
  return has_one;
}

Status PasserBy::await_share(const std::stop_token& stop) {
  const auto deadline = steady_clock::now() + kSharePatience;
  while (!was_given_) {
    if (stop.stop_requested() || steady_clock::now() >= deadline)
      return std::unexpected(
          client_->error(RD_KAFKA_RESP_ERR__TIMED_OUT, "the group does not share anew"));
    KafkaMessage(rd_kafka_consumer_poll(client_->get(), kSliceMilliseconds));
  }
  return {};
}

}  // namespace

Result<GroupDescription> describe_kafka_group(const Config& config, const KafkaClient& client,
                                              const std::stop_token& stop) {
  const std::string& group = config.kafka.group;
  const auto refusal = [&](rd_kafka_resp_err_t code) {
    return std::unexpected(client.error(code, "the group " + group + " cannot be asked for"));
  };
  const Event event = ask_for_group(client, group, stop);
  if (event == nullptr) return refusal(RD_KAFKA_RESP_ERR__TIMED_OUT);
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return refusal(code);
  std::size_t count = 0;
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
  if (const auto* error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
      rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return refusal(rd_kafka_error_code(error));
  return from_kafka(*groups[0]);
}

Status make_kafka_group_share_anew(const Config& config, const std::stop_token& stop) {
  PasserBy passer_by;
  MARQUEE_TRY(passer_by.join(config));
  Status shared = passer_by.await_share(stop);
  passer_by.leave();  // else what it was given has no reader for a session
  return shared;
}

KafkaGroupWatch::KafkaGroupWatch(const Config& config, const KafkaClient& member)
    : config_(config),
      member_(member),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

KafkaGroupWatch::~KafkaGroupWatch() = default;

void KafkaGroupWatch::run(const std::stop_token& stop) {
  UnreadPartitions unread(kafka_instance_id(config_));
  bool told = false;
  std::mutex mutex;  // to wait with; nobody else takes it
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  while (!stopped.wait_for(lock, stop, kBetweenLooks, [&] { return stop.stop_requested(); })) {
    if (member_.is_unreachable()) continue;
    const Status looked = look(unread, stop);
    if (!looked && !stop.stop_requested() && !std::exchange(told, true))
      spdlog::info("cannot see whether every partition of the group {} has a reader: {}",
                   config_.kafka.group, looked.error().message());
  }
}

Status KafkaGroupWatch::look(UnreadPartitions& unread, const std::stop_token& stop) const {
  MARQUEE_ASSIGN(const GroupDescription group, describe_kafka_group(config_, member_, stop));
  MARQUEE_ASSIGN(const auto partitions, kafka_partitions(member_, config_.kafka));
  const auto due = unread.due(group, partitions, steady_clock::now());
  if (due.empty()) return {};
  spdlog::warn("nobody in the group {} reads {}, making it share its partitions anew",
               config_.kafka.group, names_of(due));
  if (const Status shared = make_kafka_group_share_anew(config_, stop);
      !shared && !stop.stop_requested())
    spdlog::warn("the group {} still has partitions without a reader: {}", config_.kafka.group,
                 shared.error().message());
  return {};
}

}  // namespace marquee
