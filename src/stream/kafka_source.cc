#include "stream/kafka_source.h"

#include <fmt/format.h>

#include "core/log.h"
#include "stream/kafka_client.h"
#include "stream/kafka_group_watch.h"
#include "stream/kafka_topics.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kSeekMilliseconds = 5000;
constexpr std::chrono::minutes kOutageAftermath(1);
constexpr std::chrono::seconds kCommitPatience(5);
constexpr std::chrono::seconds kClosePatience(10);  // then the group has missed it anyway
constexpr int kSoon = 5;  // milliseconds in which a message comes, if any are fetched

int milliseconds_until(steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

KafkaSource::KafkaSource(const Config& config, Role role)
    : config_(config), role_(role), instance_id_(kafka_instance_id(config)) {}

KafkaSource::~KafkaSource() = default;

Result<std::unique_ptr<KafkaSource>> KafkaSource::open(const Config& config, Role role,
                                                       const std::stop_token& stop) {
  std::unique_ptr<KafkaSource> source(new KafkaSource(config, role));
  MARQUEE_TRY(source->connect(stop));
  if (role != Role::kMember) return source;
  MARQUEE_TRY(ensure_kafka_topic(*source->client_, config.kafka));
  if (!config.kafka.access_log_topic.empty())
    MARQUEE_TRY(require_kafka_topic(*source->client_, config.kafka.access_log_topic));
  return source;
}

Status KafkaSource::connect(const std::stop_token& stop) {
  const bool member = role_ == Role::kMember;
  KafkaCallbacks callbacks;
  if (member)
    callbacks.rebalance = [this](rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list) {
      rebalance(code, list);
    };
  MARQUEE_ASSIGN(client_, KafkaClient::create(RD_KAFKA_CONSUMER, config_,
                                              member ? kafka_member_settings(config_)
                                                     : kafka_reader_settings(config_),
                                              std::move(callbacks)));
  return client_->await_brokers(kConnectPatience, stop);
}

Status KafkaSource::subscribe(PartitionOwner& owner) {
  if (owner_ != nullptr)
    return fail(ErrorCode::kInternal, "the stream is read already", options_.topic);
  owner_ = &owner;
  if (role_ == Role::kMember) return subscribe_as_member();
  rd_kafka_poll_set_consumer(client_->get());
  return take_all_partitions();
}

Status KafkaSource::subscribe_as_member() {
  rd_kafka_poll_set_consumer(client_->get());
  MARQUEE_TRY(subscribe_to_kafka_topics(*client_, options_));
  watch_ = std::make_unique<KafkaGroupWatch>(config_, *client_);
  return {};
}

// A client that was driven out is of no use any more.
Status KafkaSource::join_again() {
  std::vector<StreamPartition> held;
  for (const auto& [partition, state] : assigned_) held.push_back(partition);
  if (!held.empty()) give_up(held, /*lost=*/true);
  waiting_.reset();
  was_assigned_ = false;
  watch_.reset();  // it asks through the client
  MARQUEE_TRY(connect({}));
  MARQUEE_TRY(subscribe_as_member());
  driven_out_ = false;
  return {};
}

Status KafkaSource::take_all_partitions() {
  MARQUEE_ASSIGN(waiting_, kafka_partitions(*client_, options_));
  return {};
}

// Runs inside consumer_poll() and close_consumer(), on the thread that called them.
void KafkaSource::rebalance(int code, rd_kafka_topic_partition_list_s* list) {
  const auto partitions = from_kafka_list(*list);
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    waiting_ = partitions;
    if (const Status placed = place_waiting(); !placed) failure_ = placed.error();
    return;
  }
  give_up(partitions, rd_kafka_assignment_lost(client_->get()) != 0);
  if (const KafkaError error(rd_kafka_incremental_unassign(client_->get(), list)); error != nullptr)
    spdlog::warn("Kafka partitions could not be given back: {}",
                 rd_kafka_error_string(error.get()));
}

void KafkaSource::give_up(std::span<const StreamPartition> partitions, bool lost) {
  // What the owner was not given yet, the next owner reads.
  std::erase_if(collected_, [&](const StreamRecord& record) {
    return std::ranges::any_of(partitions, [&](const StreamPartition& partition) {
      return partition.partition == record.partition && partition.topic == record.topic;
    });
  });
  std::vector<StreamPartition> held;
  for (const StreamPartition& partition : partitions)
    if (assigned_.contains(partition)) held.push_back(partition);
  waiting_.reset();
  outdated_ = false;
  if (lost) {
    owner_->on_lost(held);
  } else if (const Status kept = owner_->on_revoked(held); !kept && outdated_) {
    spdlog::info("the group shared anew while partitions were handed over: {}",
                 kept.error().message());
  } else if (!kept) {
    handed_over_ = kept;
    spdlog::warn("what was read of {} partitions could not be made durable before they went: {}",
                 held.size(), kept.error().message());
  }
  last_place_ = nullptr;
  for (const StreamPartition& partition : held) assigned_.erase(partition);
  without_partitions_since_ = steady_clock::now();
  if (held.empty()) return;
  spdlog::info("Kafka partitions {}: {}", lost ? "lost" : "handed over", names_of(held));
}

Status KafkaSource::place_waiting() {
  if (!waiting_) return {};
  std::vector<std::optional<std::int64_t>> offsets;
  if (!waiting_->empty()) {
    MARQUEE_ASSIGN(offsets, owner_->on_assigned(*waiting_));
  }
  std::vector<std::int64_t> starts;
  for (const auto& offset : offsets) starts.push_back(offset.value_or(RD_KAFKA_OFFSET_STORED));
  const KafkaPartitionList list = to_kafka_list(*waiting_, starts);
  if (role_ == Role::kReader) {
    if (const auto code = rd_kafka_assign(client_->get(), list.get()); code != 0)
      return std::unexpected(client_->error(code, "the partitions cannot be read"));
  } else if (const KafkaError error(rd_kafka_incremental_assign(client_->get(), list.get()));
             error != nullptr) {
    return std::unexpected(
        client_->error(rd_kafka_error_code(error.get()), "the partitions cannot be taken"));
  }
  apply_pause(list.get());
  for (std::size_t k = 0; k < waiting_->size(); ++k)
    assigned_.insert_or_assign((*waiting_)[k], Assigned{.next = offsets[k]});
  if (role_ == Role::kMember && !waiting_->empty())
    spdlog::info("Kafka partitions assigned: {}", names_of(*waiting_));
  waiting_.reset();
  if (!std::exchange(was_assigned_, true)) without_partitions_since_ = steady_clock::now();
  return {};
}

// A partition that comes back may still be paused from when it was here before.
void KafkaSource::apply_pause(rd_kafka_topic_partition_list_s* partitions) const {
  if (partitions->cnt == 0) return;
  if (paused_)
    rd_kafka_pause_partitions(client_->get(), partitions);
  else
    rd_kafka_resume_partitions(client_->get(), partitions);
}

void KafkaSource::pause(bool paused) {
  if (std::exchange(paused_, paused) == paused) return;
  std::vector<StreamPartition> partitions;
  for (const auto& [partition, state] : assigned_) partitions.push_back(partition);
  apply_pause(to_kafka_list(partitions).get());
}

// One message after the other rather than a batch at a time: a partition may go in between, and
// then it must be known which messages came before.
Result<std::vector<StreamRecord>> KafkaSource::poll(std::size_t limit, milliseconds timeout) {
  if (owner_ == nullptr || closed_)
    return fail(ErrorCode::kInternal, "nobody has subscribed to the stream", options_.topic);
  collected_.clear();
  if (driven_out_) MARQUEE_TRY(join_again());
  MARQUEE_TRY(place_waiting());
  client_->watch_brokers();
  const auto deadline = steady_clock::now() + timeout;
  bool asked = false;
  collected_.reserve(std::min<std::size_t>(limit, 1000));
  while (collected_.size() < limit && !failure_ && !driven_out_) {
    // The clock is looked at only while there is something to wait for: it costs as much as a
    // message.
    const int left = collected_.empty() ? milliseconds_until(deadline) : 0;
    const int patience = asked ? left : std::min(left, kSoon);
    const KafkaMessage message(rd_kafka_consumer_poll(client_->get(), patience));
    if (message != nullptr)
      take(*message);
    else if (left == 0)
      break;
    else if (!std::exchange(asked, true))
      ask_for_more();
  }
  if (collected_.empty() && failure_) return std::unexpected(*std::exchange(failure_, {}));
  return std::move(collected_);
}

// After its queue was full, librdkafka 2.0 fetches nothing for a second, however soon the queue is
// empty. An answer from the leader of a partition makes it look again.
void KafkaSource::ask_for_more() {
  constexpr milliseconds kPatience(100);
  if (paused_ || client_->is_unreachable()) return;
  const auto is_open = [](const auto& entry) { return !entry.second.at_end; };
  // Another one each time, since leaders differ.
  auto found = std::find_if(assigned_.upper_bound(asked_last_), assigned_.end(), is_open);
  if (found == assigned_.end()) found = std::ranges::find_if(assigned_, is_open);
  if (found == assigned_.end()) return;
  asked_last_ = found->first;
  static_cast<void>(client_->offset_at(KafkaClient::Edge::kEnd, asked_last_, kPatience));
}

void KafkaSource::take(const rd_kafka_message_s& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR && message.err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
    return note_error(message);
  client_->note_answer();
  auto* place = place_of(message);
  if (place == nullptr) return;  // it went before this was read
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
    place->second.at_end = true;
  else
    take_record(message, place->first.topic, place->second);
}

std::pair<const StreamPartition, KafkaSource::Assigned>* KafkaSource::place_of(
    const rd_kafka_message_s& message) {
  if (last_place_ != nullptr && message.rkt == last_topic_ &&
      message.partition == last_place_->first.partition)
    return last_place_;
  const auto found = assigned_.find({rd_kafka_topic_name(message.rkt), message.partition});
  last_topic_ = message.rkt;
  last_place_ = found == assigned_.end() ? nullptr : &*found;
  return last_place_;
}

void KafkaSource::take_record(const rd_kafka_message_s& message, const std::string& topic,
                              Assigned& from) {
  if (from.next && message.offset < *from.next) {
    if (!std::exchange(from.told_of_older, true))
      spdlog::error(
          "passing over records of {}/{} before offset {}, which count as applied; if the topic "
          "was "
          "made anew, use another kafka.topic or data dir",
          topic, message.partition, *from.next);
    return;
  }
  constexpr std::int64_t kMicrosPerMillisecond = 1000;
  rd_kafka_timestamp_type_t type{};
  const std::int64_t time = rd_kafka_message_timestamp(&message, &type);
  const auto* bytes = static_cast<const char*>(message.payload);
  from.next = message.offset + 1;
  from.at_end = false;
  collected_.push_back({topic, message.partition, message.offset,
                        std::max<std::int64_t>(time, 0) * kMicrosPerMillisecond,
                        bytes == nullptr ? std::string() : std::string(bytes, message.len),
                        bytes == nullptr});
}

void KafkaSource::note_error(const rd_kafka_message_s& message) {
  if (message.err == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
    spdlog::warn("Kafka took the partitions away: nothing was polled for too long");
    return;
  }
  const auto fatal = rd_kafka_fatal_error(client_->get(), nullptr, 0);
  if (fatal == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
    driven_out_ = client_->had_trouble_within(kOutageAftermath);
    if (driven_out_) {
      spdlog::warn("driven out of the group {} after trouble with the connection, joining it again",
                   options_.group);
      return;
    }
    failure_ =
        Error{ErrorCode::kConflict, "another consumer has taken this one's place in the group",
              fmt::format("group {}, kafka.instance_id {}", options_.group, instance_id_),
              "run one consumer a data dir, or give each a kafka.instance_id of its own"};
    return;
  }
  failure_ = client_->error(message.err, "reading fails");
  if (fatal == RD_KAFKA_RESP_ERR_NO_ERROR && message.payload != nullptr)
    failure_->what += fmt::format(" ({})", rd_kafka_message_errstr(&message));
}

Status KafkaSource::check_assigned(const StreamPartition& partition) const {
  if (assigned_.contains(partition)) return {};
  return fail(ErrorCode::kNotFound, "this partition is not assigned here", name_of(partition));
}

Status KafkaSource::seek(const StreamPartition& partition, std::int64_t offset) {
  MARQUEE_TRY(check_assigned(partition));
  Assigned& state = assigned_[partition];
  if (state.next == offset) return {};
  const KafkaPartitionList list = to_kafka_list({&partition, 1}, {&offset, 1});
  const KafkaError error(rd_kafka_seek_partitions(client_->get(), list.get(), kSeekMilliseconds));
  const auto code = error != nullptr ? rd_kafka_error_code(error.get()) : list->elems[0].err;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(
        client_->error(code, fmt::format("{} cannot be read from {}", name_of(partition), offset)));
  state = {.next = offset};
  return {};
}

Status KafkaSource::acknowledge(const StreamPartition& partition, std::int64_t next_offset) {
  MARQUEE_TRY(check_assigned(partition));
  if (role_ == Role::kReader) return {};
  client_->watch_brokers();  // nothing else looks for them while partitions are handed over
  const auto code = client_->is_unreachable()
                        ? RD_KAFKA_RESP_ERR__TRANSPORT
                        : client_->commit(partition, next_offset, kCommitPatience);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  outdated_ |= code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
  return std::unexpected(client_->error(code, fmt::format("the offset {} of {} cannot be committed",
                                                          next_offset, name_of(partition))));
}

bool KafkaSource::at_end() const {
  constexpr std::chrono::seconds kSettled(15);
  if (!was_assigned_ || waiting_) return false;
  if (assigned_.empty() && role_ == Role::kMember)
    return steady_clock::now() - without_partitions_since_ >= kSettled;
  return std::ranges::all_of(assigned_, [](const auto& entry) { return entry.second.at_end; });
}

Status KafkaSource::close() {
  if (owner_ == nullptr || std::exchange(closed_, true)) return {};
  std::vector<StreamPartition> held;
  for (const auto& [partition, state] : assigned_) held.push_back(partition);
  if (role_ == Role::kReader) {
    const Status kept = owner_->on_revoked(held);
    assigned_.clear();
    return kept;
  }
  // The group waits for an answer about partitions that could not be placed.
  if (std::exchange(waiting_, {}))
    KafkaError(rd_kafka_incremental_assign(client_->get(), to_kafka_list({}).get()));
  handed_over_ = {};
  watch_.reset();
  const auto code = client_->close_consumer(kClosePatience);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return handed_over_;
  return std::unexpected(client_->error(code, "the group cannot be left"));
}

}  // namespace marquee
