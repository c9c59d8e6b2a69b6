// Brokers that are not there, go away and come back.
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>
#include <thread>

#include "stream/event_stream.h"
#include "tests/integration/services/kafka_server.h"
#include "tests/integration/stream/reading_owner.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// What the program logs while it lives.
class CapturedLog {
 public:
  CapturedLog() : before_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "captured", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_, true)));
  }
  ~CapturedLog() { spdlog::set_default_logger(before_); }
  int count(const std::string& words) const {
    int times = 0;
    const std::string text = text_.str();
    for (auto at = text.find(words); at != text.npos; at = text.find(words, at + 1)) ++times;
    return times;
  }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

// A member of a group on a broker of its own, and a sink beside it.
struct MemberOfOwnBroker {
  explicit MemberOfOwnBroker(const std::string& instance) {
    config.stream.kind = "kafka";
    config.kafka.brokers = server.brokers();
    config.kafka.instance_id = instance;
    sink = std::move(*open_sink(config, clock));
    source = std::move(*open_source(config));
    owner.attach(*source);
  }
  bool await_partitions() {
    return owner.poll_until([this] { return owner.held().size() == 3; });
  }

  KafkaServer server;
  Config config;
  SystemClock clock;
  std::unique_ptr<EventSink> sink;
  std::unique_ptr<EventSource> source;
  std::vector<std::string> told;
  ReadingOwner owner{"a", told};
};

// Whether polls end, within a while, with the word that another reader has its place.
template <typename Meanwhile>
bool gives_way(EventSource& source, Meanwhile meanwhile) {
  const auto deadline = steady_clock::now() + seconds(120);
  while (steady_clock::now() < deadline) {
    const auto polled = source.poll(1, milliseconds(50));
    if (!polled) return polled.error().code == ErrorCode::kConflict;
    meanwhile();
  }
  return false;
}

TEST(KafkaOutageTest, WithoutABrokerEveryDoorSaysSoWithinSeconds) {
  Config config;
  config.stream.kind = "kafka";
  config.kafka.brokers = "127.0.0.1:1";
  SystemClock clock;
  const auto begin = steady_clock::now();
  std::vector<Error> errors;
  {
    std::vector<std::jthread> doors;
    std::mutex mutex;
    const auto keep = [&](const Error& error) {
      const std::lock_guard lock(mutex);
      errors.push_back(error);
    };
    doors.emplace_back([&] { keep(open_sink(config, clock).error()); });
    doors.emplace_back([&] { keep(open_source(config).error()); });
    doors.emplace_back([&] { keep(open_reader(config).error()); });
    doors.emplace_back([&] { keep(stream_progress(config).error()); });
  }
  EXPECT_LT(steady_clock::now() - begin, seconds(15));
  for (const Error& error : errors) {
    EXPECT_EQ(error.code, ErrorCode::kUnavailable);
    EXPECT_NE(error.message().find("127.0.0.1:1"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("Connection refused"), std::string::npos) << error.message();
  }
}

TEST(KafkaOutageTest, ABrokerThatComesBackIsReadOnAndLosesNothing) {
  CapturedLog log;
  MemberOfOwnBroker member("first");
  ReadingOwner& owner = member.owner;
  const std::vector<std::string> before(500, R"({"user_id": 1, "when": "before"})"),
      during(100, R"({"user_id": 2, "when": "during"})");
  ASSERT_TRUE(member.sink->append(before));
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == 500; }));
  owner.acknowledge_all();  // where the group goes on when the outage outlasts the session

  member.server.stop();
  std::jthread writer([&] {
    const auto accepted = member.sink->append(during);
    EXPECT_TRUE(accepted) << "it keeps trying for 30 s: " << accepted.error().message();
  });
  for (int k = 0; k < 30; ++k) owner.poll(milliseconds(100));
  EXPECT_EQ(owner.records.size(), 500u);
  member.server.start();
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() >= 600; })) << log.text();
  writer.join();
  std::map<std::string, int> values;
  for (const auto& record : owner.records) ++values[record.value];
  EXPECT_EQ(values[before[0]], 500);
  EXPECT_EQ(values[during[0]], 100);
  ASSERT_TRUE(member.source->close());
  EXPECT_EQ(log.count("can be reached, will keep trying"), 2) << "sink and source: " << log.text();
  EXPECT_EQ(log.count("answers again"), 2) << log.text();
  for (const auto& progress : progress_of(member.config))
    EXPECT_EQ(progress.committed.value_or(0), progress.end);
}

// Whoever polls also looks whether it is to stop.
TEST(KafkaOutageTest, WhateverTheBrokerDoesPollsEndInTimeAndAMemberCanLeave) {
  MemberOfOwnBroker member("leaves");
  ReadingOwner& owner = member.owner;
  ASSERT_TRUE(member.await_partitions());
  ASSERT_TRUE(member.sink->append(std::vector<std::string>{R"({"user_id": 1})"}));
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == 1; }));

  const auto seconds_of = [](auto work) {
    const auto begin = steady_clock::now();
    work();
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
  };
  member.server.freeze();
  for (int k = 0; k < 10; ++k)
    ASSERT_LT(seconds_of([&] { owner.poll(milliseconds(100)); }), 2) << "poll " << k;
  member.server.stop();
  for (int k = 0; k < 10; ++k)
    ASSERT_LT(seconds_of([&] { owner.poll(milliseconds(100)); }), 2) << "poll " << k;
  EXPECT_LT(seconds_of([&] { static_cast<void>(member.source->close()); }), 20)
      << "a session is 10 s";
}

// A stop waits for the offsets to be committed.
TEST(KafkaOutageTest, ABrokerThatAnswersNothingHoldsNobodyUpForAnAcknowledgement) {
  MemberOfOwnBroker member("asks");
  ReadingOwner& owner = member.owner;
  ASSERT_TRUE(member.sink->append(std::vector<std::string>{R"({"user_id": 1})"}));
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == 1; }));
  const StreamPartition read{owner.records[0].topic, owner.records[0].partition};

  member.server.freeze();
  const auto begin = steady_clock::now();
  const Status told = member.source->acknowledge(read, 1);
  EXPECT_LT(steady_clock::now() - begin, seconds(10)) << "a session";
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(told.error().message().find(read.topic), std::string::npos) << told.error().message();

  member.server.stop();
  member.server.start();
  ASSERT_TRUE(owner.poll_until([&] { return member.source->acknowledge(read, 1).has_value(); }));
  for (const auto& progress : progress_of(member.config))
    EXPECT_EQ(progress.committed.value_or(0), progress.end);
}

TEST(KafkaOutageTest, AMemberLeavesABrokerThatAnswersNothing) {
  MemberOfOwnBroker member("stops");
  ReadingOwner& owner = member.owner;
  ASSERT_TRUE(member.sink->append(std::vector<std::string>{R"({"user_id": 1})"}));
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == 1; }));

  member.server.freeze();
  const auto begin = steady_clock::now();
  EXPECT_FALSE(member.source->close()) << "what was read cannot be acknowledged";
  EXPECT_TRUE(member.told.back().starts_with("a revoked")) << "but it was asked for";
  member.source.reset();
  EXPECT_LT(steady_clock::now() - begin, seconds(30));
}

// After an outage a static member may be driven out by its own join, whose answer never came. A
// join of another with the same instance id looks the same to it.
TEST(KafkaOutageTest, AMemberThatIsDrivenOutRightAfterAnOutageJoinsAgainOnce) {
  CapturedLog log;
  MemberOfOwnBroker member("same");
  const Config& config = member.config;
  ReadingOwner& owner = member.owner;
  ASSERT_TRUE(member.await_partitions());
  member.server.stop();
  ASSERT_TRUE(owner.poll_until([&] { return log.count("can be reached, will keep trying") > 0; }));
  member.server.start();
  ASSERT_TRUE(owner.poll_until([&] { return log.count("answers again") > 0; }));

  const auto other = std::move(*open_source(config));
  ReadingOwner other_owner("b", member.told);
  other_owner.attach(*other);
  ASSERT_TRUE(owner.poll_until([&] {
    other_owner.poll();
    return log.count("joining it again") > 0;
  })) << log.text();
  const std::vector<std::string> events(100, R"({"user_id": 1})");
  ASSERT_TRUE(member.sink->append(events));
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == 100; })) << log.text();
  EXPECT_TRUE(gives_way(*other, [] {})) << "it saw no outage";

  const auto third = std::move(*open_source(config));
  ReadingOwner third_owner("c", member.told);
  third_owner.attach(*third);
  EXPECT_TRUE(gives_way(*member.source, [&] { third_owner.poll(); }))
      << "there was no outage since it joined again";
}

}  // namespace
}  // namespace marquee
