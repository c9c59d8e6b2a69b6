#include "stream/kafka_group_watch.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <optional>
#include <span>

#include "core/log.h"
#include "stream/kafka_client.h"
#include "stream/kafka_topics.h"
#include "stream/member_assignment.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kBetweenLooks(5);
constexpr milliseconds kAnswerPatience(2000);
constexpr std::chrono::seconds kSharePatience(60);
constexpr std::chrono::seconds kLeavePatience(5);
constexpr int kSliceMilliseconds = 100;  // so soon a stop is noticed

using Groups =
    std::unique_ptr<const rd_kafka_group_list, KafkaDeleter<rd_kafka_group_list_destroy>>;

// A static member is called by its instance id and a draw of the broker's.
std::string_view name_of_member(std::string_view id) {
  constexpr std::size_t kDrawLength = 37;  // "-" and a UUID
  const bool has_draw = id.size() > kDrawLength && id[id.size() - kDrawLength] == '-';
  return has_draw ? id.substr(0, id.size() - kDrawLength) : id;
}

// nullopt: what a member is assigned cannot be read.
std::optional<GroupDescription> from_kafka(const rd_kafka_group_info& group) {
  GroupDescription description;
  description.settled = std::string_view(group.state) == "Stable";
  for (const auto& member : std::span(group.members, static_cast<std::size_t>(group.member_cnt))) {
    description.members.emplace_back(name_of_member(member.member_id));
    const auto assigned =
        parse_member_assignment({static_cast<const char*>(member.member_assignment),
                                 static_cast<std::size_t>(member.member_assignment_size)});
    if (!assigned) return std::nullopt;
    std::ranges::copy(*assigned, std::back_inserter(description.assigned));
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

// Not by DescribeConsumerGroups: in librdkafka 2.0 that ends the program when brokers go away while
// it waits (an assertion in rd_kafka_enq_once_del_source_return).
Result<GroupDescription> describe_kafka_group(const Config& config, const KafkaClient& client) {
  const std::string& group = config.kafka.group;
  const auto refusal = [&](rd_kafka_resp_err_t code) {
    return std::unexpected(client.error(code, "the group " + group + " cannot be asked for"));
  };
  const rd_kafka_group_list* found = nullptr;
  const auto code = rd_kafka_list_groups(client.get(), group.c_str(), &found,
                                         static_cast<int>(kAnswerPatience.count()));
  const Groups groups(found);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return refusal(code);
  if (groups->group_cnt != 1) return refusal(RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND);
  const rd_kafka_group_info& info = groups->groups[0];
  if (info.err != RD_KAFKA_RESP_ERR_NO_ERROR) return refusal(info.err);
  auto description = from_kafka(info);
  if (!description) return refusal(RD_KAFKA_RESP_ERR__BAD_MSG);
  return std::move(*description);
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
  MARQUEE_ASSIGN(const GroupDescription group, describe_kafka_group(config_, member_));
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
