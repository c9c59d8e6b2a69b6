#include "bench/stream/bare_consumer.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <vector>

namespace marquee {

double seconds_of_bare_consumer(const std::string& brokers, const std::string& topic,
                                int partitions, std::int64_t events) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "group.id", "bare", nullptr, 0);
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
  rd_kafka_poll_set_consumer(consumer);
  const rd_kafka_metadata_t* metadata = nullptr;  // connected before the clock runs
  rd_kafka_metadata(consumer, 0, nullptr, &metadata, 10'000);
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
  for (std::int32_t k = 0; k < partitions; ++k)
    rd_kafka_topic_partition_list_add(list, topic.c_str(), k)->offset = 0;
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(consumer);
  std::vector<rd_kafka_message_t*> messages(10'000);
  const auto begin = std::chrono::steady_clock::now();
  rd_kafka_assign(consumer, list);
  for (std::int64_t read = 0; read < events;) {
    const auto count = rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
    for (std::int64_t k = 0; k < count; ++k) {
      rd_kafka_message_t* message = messages[static_cast<std::size_t>(k)];
      read += message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? 1 : 0;
      rd_kafka_message_destroy(message);
    }
  }
  const auto end = std::chrono::steady_clock::now();
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(consumer);
  return std::chrono::duration<double>(end - begin).count();
}

}  // namespace marquee
