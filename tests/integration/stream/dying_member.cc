// A member of a consumer group that reads and acknowledges what comes, until it is told to hand
// partitions over: then it kills itself, before the group hears that they are free.
// dying_member <brokers> <topic> <group> <instance id>
#include <sys/prctl.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <map>

#include "stream/event_stream.h"

namespace marquee {
namespace {

class DyingOwner final : public PartitionOwner {
  Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) override {
    return std::vector<std::optional<std::int64_t>>(partitions.size());
  }
  Status on_revoked(std::span<const StreamPartition>) override {
    std::raise(SIGKILL);
    return {};
  }
  void on_lost(std::span<const StreamPartition>) override {}
};

Status live(const Config& config) {
  DyingOwner owner;
  MARQUEE_ASSIGN(const auto source, open_source(config));
  MARQUEE_TRY(source->subscribe(owner));
  for (;;) {
    MARQUEE_ASSIGN(const auto records, source->poll(1000, std::chrono::milliseconds(50)));
    std::map<StreamPartition, std::int64_t> next;
    for (const StreamRecord& record : records)
      next[{record.topic, record.partition}] = record.offset + 1;
    for (const auto& [partition, offset] : next)
      MARQUEE_TRY(source->acknowledge(partition, offset));
  }
}

}  // namespace
}  // namespace marquee

int main(int count, char** arguments) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it does not outlive the test
  if (count != 5) return 2;
  marquee::Config config;
  config.stream.kind = "kafka";
  config.kafka.brokers = arguments[1];
  config.kafka.topic = arguments[2];
  config.kafka.group = arguments[3];
  config.kafka.instance_id = arguments[4];
  const marquee::Status lived = marquee::live(config);
  std::fprintf(stderr, "%s\n", lived.error().message().c_str());
  return 1;
}
