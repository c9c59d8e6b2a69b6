#include "stream/kafka_client.h"

#include <fmt/ranges.h>

#include <array>
#include <future>
#include <thread>

#include "core/log.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kCheckSecurity =
    "check kafka.security_protocol, kafka.sasl_mechanism, kafka.sasl_username, "
    "kafka.sasl_password_file and kafka.ssl_ca_file";

// Before 2.6.1 librdkafka sends its nonce twice, which brokers since 3.8.1 refuse as they refuse a
// wrong password.
constexpr int kFirstWithSoundScram = 0x020601ff;

std::string how_to_mend_a_refusal(const KafkaOptions& kafka) {
  std::string mend(kCheckSecurity);
  if (kafka.sasl_mechanism.starts_with("SCRAM") && rd_kafka_version() < kFirstWithSoundScram)
    mend += fmt::format(
        "; this program's librdkafka {} is too old for SCRAM with present brokers: set "
        "kafka.sasl_mechanism=PLAIN (over TLS), or use librdkafka 2.6.1 or later",
        rd_kafka_version_str());
  return mend;
}

// Of a rejected setting only the name is told: the value may be a secret.
Status apply(rd_kafka_conf_t& conf, const KafkaSettings& settings) {
  std::array<char, 512> reason{};
  for (const auto& [name, value] : settings)
    if (rd_kafka_conf_set(&conf, name.c_str(), value.c_str(), reason.data(), reason.size()) !=
        RD_KAFKA_CONF_OK)
      return fail(ErrorCode::kUsage, "Kafka does not take the setting " + name, name,
                  "check the configuration under kafka");
  return {};
}

bool is_refusal(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
         code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED || code == RD_KAFKA_RESP_ERR__SSL;
}

bool is_trouble_with_a_connection(rd_kafka_resp_err_t code) {
  return is_refusal(code) || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
         code == RD_KAFKA_RESP_ERR__RESOLVE || code == RD_KAFKA_RESP_ERR__TIMED_OUT;
}

}  // namespace

KafkaPartitionList to_kafka_list(std::span<const StreamPartition> partitions,
                                 std::span<const std::int64_t> offsets) {
  KafkaPartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (std::size_t k = 0; k < partitions.size(); ++k) {
    const auto [topic, partition] = partitions[k];
    auto* entry = rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
    if (!offsets.empty()) entry->offset = offsets[k];
  }
  return list;
}

std::vector<StreamPartition> from_kafka_list(const rd_kafka_topic_partition_list_t& list) {
  std::vector<StreamPartition> partitions;
  for (const auto& entry : std::span(list.elems, static_cast<std::size_t>(list.cnt)))
    partitions.push_back({entry.topic, entry.partition});
  return partitions;
}

std::string name_of(const StreamPartition& partition) {
  return fmt::format("{}/{}", partition.topic, partition.partition);
}

std::string names_of(std::span<const StreamPartition> partitions) {
  std::vector<std::string> names;
  for (const StreamPartition& partition : partitions) names.push_back(name_of(partition));
  return fmt::format("{}", fmt::join(names, " "));
}

struct KafkaClient::Hooks {
  static KafkaClient& of(void* opaque) { return *static_cast<KafkaClient*>(opaque); }

  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    of(opaque).callbacks_.delivered(*message);
  }
  static void rebalance(rd_kafka_t*, rd_kafka_resp_err_t code,
                        rd_kafka_topic_partition_list_t* partitions, void* opaque) {
    of(opaque).callbacks_.rebalance(code, partitions);
  }
  static void error(rd_kafka_t*, int code, const char* reason, void* opaque) {
    of(opaque).note_error(static_cast<rd_kafka_resp_err_t>(code), reason);
  }
  // What matters comes as an error too; this is for a close look.
  static void log(const rd_kafka_t*, int, const char* facility, const char* text) {
    spdlog::debug("kafka {}: {}", facility, text);
  }
};

KafkaClient::KafkaClient(const Config& config, KafkaCallbacks callbacks)
    : brokers_(config.kafka.brokers),
      mend_refusal_(how_to_mend_a_refusal(config.kafka)),
      callbacks_(std::move(callbacks)) {}

Result<std::unique_ptr<KafkaClient>> KafkaClient::create(rd_kafka_type_t type, const Config& config,
                                                         const KafkaSettings& settings,
                                                         KafkaCallbacks callbacks) {
  std::unique_ptr<KafkaClient> client(new KafkaClient(config, std::move(callbacks)));
  std::unique_ptr<rd_kafka_conf_t, KafkaDeleter<rd_kafka_conf_destroy>> conf(rd_kafka_conf_new());
  MARQUEE_ASSIGN(const KafkaSettings common, kafka_client_settings(config));
  MARQUEE_TRY(apply(*conf, common));
  MARQUEE_TRY(apply(*conf, settings));
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  rd_kafka_conf_set_error_cb(conf.get(), Hooks::error);
  rd_kafka_conf_set_log_cb(conf.get(), Hooks::log);
  if (client->callbacks_.delivered) rd_kafka_conf_set_dr_msg_cb(conf.get(), Hooks::delivered);
  if (client->callbacks_.rebalance) rd_kafka_conf_set_rebalance_cb(conf.get(), Hooks::rebalance);
  std::array<char, 512> reason{};
  client->client_ = rd_kafka_new(type, conf.get(), reason.data(), reason.size());
  if (client->client_ == nullptr)
    return fail(ErrorCode::kUsage, fmt::format("no Kafka client can be made: {}", reason.data()),
                client->brokers_, std::string(kCheckSecurity));
  static_cast<void>(conf.release());  // the client's now
  return client;
}

KafkaClient::~KafkaClient() {
  if (client_ == nullptr) return;
  if (callbacks_.rebalance && rd_kafka_consumer_closed(client_) == 0) {
    answer_rebalances();
    abandon();
  } else {
    rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
}

// librdkafka gives up a commit that a silent broker does not answer only after six minutes, and
// does not end before (its issue 3740). Nobody who stops shall wait for that: it ends beside us, or
// with the process.
void KafkaClient::abandon() {
  constexpr std::chrono::seconds kPatience(2);
  rd_kafka_set_log_level(client_, 0);  // our log may be gone first
  std::promise<void> done;
  const auto gone = done.get_future();
  std::thread([client = client_, done = std::move(done)]() mutable {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    done.set_value();
  }).detach();
  gone.wait_for(kPatience);
}

// librdkafka does not end while a question about partitions stands unanswered, as after a member
// was driven out.
void KafkaClient::answer_rebalances() {
  constexpr int kMilliseconds = 10;
  const auto deadline = steady_clock::now() + milliseconds(100);
  const auto take_none = [this] {
    KafkaError(rd_kafka_incremental_assign(client_, to_kafka_list({}).get()));
  };
  callbacks_.rebalance = [&](rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list) {
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
      take_none();
    else
      KafkaError(rd_kafka_incremental_unassign(client_, list));
  };
  take_none();
  while (steady_clock::now() < deadline)
    KafkaMessage(rd_kafka_consumer_poll(client_, kMilliseconds));
}

Status KafkaClient::await_brokers(milliseconds timeout, const std::stop_token& stop) {
  constexpr milliseconds kSlice(250);
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto code = rd_kafka_metadata(client_, 0, nullptr, &metadata, kSlice.count());
    if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
    rd_kafka_poll(client_, 0);  // brings the causes of trouble in
    const std::lock_guard lock(mutex_);
    connected_ = code == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (connected_) return {};
    if (refused_ || stop.stop_requested() || steady_clock::now() >= deadline)
      return std::unexpected(no_broker(code));
  }
}

Error KafkaClient::no_broker(rd_kafka_resp_err_t code) const {
  return {ErrorCode::kUnavailable,
          fmt::format("no Kafka broker can be reached: {}",
                      cause_.empty() ? rd_kafka_err2str(code) : cause_),
          brokers_, refused_ ? mend_refusal_ : "start a broker there, or set kafka.brokers"};
}

std::optional<Error> KafkaClient::trouble() const {
  if (!unreachable_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return no_broker(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN);
}

void KafkaClient::note_error(rd_kafka_resp_err_t code, const char* reason) {
  const std::lock_guard lock(mutex_);
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    if (connected_ && !unreachable_.exchange(true))
      spdlog::warn("no Kafka broker of {} can be reached, will keep trying: {}", brokers_,
                   cause_.empty() ? reason : cause_);
    return;
  }
  if (!is_trouble_with_a_connection(code)) {
    spdlog::warn("Kafka at {}: {}", brokers_, reason);
    return;
  }
  cause_ = reason;
  trouble_at_ = steady_clock::now();
  refused_ = is_refusal(code);
}

void KafkaClient::note_answer() {
  if (!unreachable_.exchange(false)) return;
  spdlog::info("Kafka at {} answers again", brokers_);
  const std::lock_guard lock(mutex_);
  cause_.clear();
}

bool KafkaClient::had_trouble_within(milliseconds time) const {
  const std::lock_guard lock(mutex_);
  return trouble_at_ && steady_clock::now() - *trouble_at_ <= time;
}

void KafkaClient::watch_brokers() {
  constexpr std::chrono::seconds kBetween(1);
  constexpr milliseconds kPatience(200);
  if (!unreachable_ || steady_clock::now() < next_look_) return;
  next_look_ = steady_clock::now() + kBetween;
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client_, 0, nullptr, &metadata, kPatience.count()) != 0) return;
  rd_kafka_metadata_destroy(metadata);
  note_answer();
}

std::expected<std::int64_t, rd_kafka_resp_err_t> KafkaClient::offset_at(
    Edge edge, const StreamPartition& partition, milliseconds timeout) const {
  const std::int64_t asked = edge == Edge::kBegin ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
  const KafkaPartitionList list = to_kafka_list({&partition, 1}, {&asked, 1});
  const auto code =
      rd_kafka_offsets_for_times(client_, list.get(), static_cast<int>(timeout.count()));
  const auto& answer = list->elems[0];
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(code);
  if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(answer.err);
  return answer.offset;
}

rd_kafka_resp_err_t KafkaClient::commit(const StreamPartition& partition, std::int64_t offset,
                                        milliseconds timeout) const {
  const KafkaPartitionList list = to_kafka_list({&partition, 1}, {&offset, 1});
  const KafkaQueue answers(rd_kafka_queue_new(client_));
  if (const auto code = rd_kafka_commit_queue(client_, list.get(), answers.get(), nullptr, nullptr);
      code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return code;
  const KafkaEvent answer(rd_kafka_queue_poll(answers.get(), static_cast<int>(timeout.count())));
  if (answer == nullptr) return RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (const auto code = rd_kafka_event_error(answer.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return code;
  return rd_kafka_event_topic_partition_list(answer.get())->elems[0].err;
}

rd_kafka_resp_err_t KafkaClient::close_consumer(milliseconds timeout) const {
  constexpr int kSlice = 50;
  const auto deadline = steady_clock::now() + timeout;
  const KafkaQueue events(rd_kafka_queue_new(client_));
  if (const KafkaError error(rd_kafka_consumer_close_queue(client_, events.get()));
      error != nullptr)
    return rd_kafka_error_code(error.get());
  while (rd_kafka_consumer_closed(client_) == 0) {
    if (steady_clock::now() >= deadline) return RD_KAFKA_RESP_ERR__TIMED_OUT;
    const KafkaEvent event(rd_kafka_queue_poll(events.get(), kSlice));
    if (event != nullptr && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE)
      callbacks_.rebalance(rd_kafka_event_error(event.get()),
                           rd_kafka_event_topic_partition_list(event.get()));
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

Error KafkaClient::error(rd_kafka_resp_err_t code, const std::string& doing) const {
  std::string reason = rd_kafka_err2str(code);
  if (code == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, 512> text{};
    rd_kafka_fatal_error(client_, text.data(), text.size());
    reason = text.data();
  }
  const std::lock_guard lock(mutex_);
  if (unreachable_ && !cause_.empty()) reason += " (" + cause_ + ")";
  return {ErrorCode::kUnavailable, fmt::format("{}: {}", doing, reason), "Kafka at " + brokers_,
          ""};
}

}  // namespace marquee
