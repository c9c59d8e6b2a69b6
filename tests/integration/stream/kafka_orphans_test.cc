// A member that dies while it hands partitions over, and is back before the group misses it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "stream/event_stream.h"
#include "tests/integration/services/kafka_server.h"
#include "tests/integration/stream/reading_owner.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class KafkaOrphansTest : public testing::Test {
 protected:
  KafkaOrphansTest() {
    config_.stream.kind = "kafka";
    config_.kafka.brokers = KafkaServer::shared().brokers();
    config_.kafka.topic = fresh_name("events");
    config_.kafka.group = fresh_name("group");
    config_.kafka.partitions = 6;
    sink_ = std::move(*open_sink(config_, clock_));
  }
  void send(int count) {
    std::vector<std::string> events;
    for (int k = 0; k < count; ++k)
      events.push_back(fmt::format(R"({{"user_id": {}, "n": {}}})", 1 + k % 50, k));
    ASSERT_TRUE(sink_->append(events));
  }
  pid_t start_dying_member(const std::string& instance_id) const {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::execl(MARQUEE_DYING_MEMBER, MARQUEE_DYING_MEMBER, config_.kafka.brokers.c_str(),
            config_.kafka.topic.c_str(), config_.kafka.group.c_str(), instance_id.c_str(), nullptr);
    ::_exit(127);
  }
  bool all_is_committed() const {
    return std::ranges::all_of(progress_of(config_),
                               [](const auto& one) { return one.committed == one.end; });
  }
  template <typename Done>
  static bool poll_until(std::vector<ReadingOwner*> members, Done done) {
    const auto deadline = steady_clock::now() + seconds(120);
    while (!done()) {
      if (steady_clock::now() > deadline) return false;
      for (ReadingOwner* member : members) member->poll(milliseconds(20));
    }
    return true;
  }
  Result<std::unique_ptr<EventSource>> open_member(const std::string& instance_id) const {
    Config own = config_;
    own.kafka.instance_id = instance_id;
    return open_source(own);
  }

  Config config_;
  SystemClock clock_;
  std::unique_ptr<EventSink> sink_;
  std::vector<std::string> log_;
};

TEST_F(KafkaOrphansTest, WhatAMemberHeldThatDiedHandingOverAndCameBackIsReadAgain) {
  send(300);
  const pid_t dying = start_dying_member("a");
  const auto deadline = steady_clock::now() + seconds(120);
  while (!all_is_committed() && steady_clock::now() < deadline) ::usleep(100'000);
  ASSERT_TRUE(all_is_committed()) << "the first member does not read";

  ReadingOwner a("a", log_), b("b", log_);
  const auto source_b = std::move(*open_member("b"));
  b.attach(*source_b);
  int status = 0;
  const bool died = poll_until({&b}, [&] { return ::waitpid(dying, &status, WNOHANG) == dying; });
  if (!died) ::kill(dying, SIGKILL);
  ASSERT_TRUE(died && WIFSIGNALED(status)) << "nothing was taken from the first member";
  const auto source_a = std::move(*open_member("a"));
  a.attach(*source_a);
  const auto back = steady_clock::now();

  send(300);
  std::set<std::pair<std::int32_t, std::int64_t>> read;
  EXPECT_TRUE(poll_until({&a, &b}, [&] { return a.records.size() + b.records.size() >= 300; }))
      << "partitions that nobody reads: " << a.held().size() << " and " << b.held().size()
      << " of 6 are held";
  for (const ReadingOwner* member : {&a, &b})
    for (const StreamRecord& record : member->records)
      EXPECT_TRUE(read.emplace(record.partition, record.offset).second) << "read twice";
  EXPECT_EQ(read.size(), 300u);
  RecordProperty("seconds", static_cast<int>((steady_clock::now() - back) / seconds(1)));
}

}  // namespace
}  // namespace marquee
