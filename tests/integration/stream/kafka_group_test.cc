// Members of one consumer group on a real broker: they share, hand over and take over.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "stream/event_stream.h"
#include "stream/kafka_client.h"
#include "stream/kafka_group_watch.h"
#include "tests/integration/services/kafka_server.h"
#include "tests/integration/stream/reading_owner.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class KafkaGroupTest : public testing::Test {
 protected:
  KafkaGroupTest() {
    config_.stream.kind = "kafka";
    config_.kafka.brokers = KafkaServer::shared().brokers();
    config_.kafka.topic = fresh_name("events");
    config_.kafka.group = fresh_name("group");
    sink_ = std::move(*open_sink(config_, clock_));
  }
  void send(int count) {
    std::vector<std::string> events;
    for (int k = 0; k < count; ++k, ++sent_)
      events.push_back(fmt::format(R"({{"user_id": {}, "n": {}}})", 1 + sent_ % 50, sent_));
    ASSERT_TRUE(sink_->append(events));
  }
  // A member of the group with what it owns.
  struct Member {
    Member(const Config& config, const std::string& name, std::vector<std::string>& log)
        : owner(name, log) {
      Config own = config;
      own.kafka.instance_id = name;
      source = std::move(*open_source(own));
      owner.attach(*source);
    }
    ReadingOwner owner;
    std::unique_ptr<EventSource> source;
  };
  // Polls all of them in turn until `done`.
  template <typename Done>
  bool poll_until(std::vector<Member*> members, Done done, seconds patience = seconds(120)) {
    const auto deadline = steady_clock::now() + patience;
    while (!done()) {
      if (steady_clock::now() > deadline) return false;
      for (Member* member : members) member->owner.poll(milliseconds(20));
    }
    return true;
  }
  std::size_t index_of(const std::string& entry) const {
    return static_cast<std::size_t>(std::ranges::find(log_, entry) - log_.begin());
  }
  void expect_each_once(const std::vector<const Member*>& members) const {
    std::map<std::pair<std::int32_t, std::int64_t>, int> times;
    for (const Member* member : members)
      for (const auto& record : member->owner.records) ++times[{record.partition, record.offset}];
    EXPECT_EQ(times.size(), static_cast<std::size_t>(sent_)) << "something was lost";
    for (const auto& [place, count] : times)
      EXPECT_EQ(count, 1) << place.first << "/" << place.second;
  }

  Config config_;
  SystemClock clock_;
  std::unique_ptr<EventSink> sink_;
  int sent_ = 0;
  std::vector<std::string> log_;
};

TEST_F(KafkaGroupTest, APartitionIsHandedOverBeforeTheOtherReadsIt) {
  send(1000);
  Member a(config_, "a", log_);
  ASSERT_TRUE(a.owner.poll_until([&] { return a.owner.records.size() > 100; }));
  Member b(config_, "b", log_);
  // Events keep coming while the partitions move.
  ASSERT_TRUE(poll_until({&a, &b}, [&] {
    send(10);
    EXPECT_FALSE(b.owner.held().empty() && b.source->at_end()) << "its share is still to come";
    return !b.owner.held().empty() && a.owner.held().size() + b.owner.held().size() == 3;
  }));
  ASSERT_TRUE(poll_until({&a, &b}, [&] { return a.source->at_end() && b.source->at_end(); }));
  for (const StreamPartition& moved : b.owner.held()) {
    const auto revoked = index_of(fmt::format("a revoked {}", moved.partition));
    const auto assigned = index_of(fmt::format("b assigned {}", moved.partition));
    ASSERT_LT(revoked, log_.size());
    EXPECT_LT(revoked, assigned) << "made durable before the other begins";
  }
  for (const StreamPartition& kept : a.owner.held())
    EXPECT_EQ(index_of(fmt::format("a revoked {}", kept.partition)), log_.size())
        << "a partition that stays is not interrupted";
  expect_each_once({&a, &b});
}

TEST_F(KafkaGroupTest, APartitionThatComesBackBringsNoStaleOffset) {
  send(300);
  Member a(config_, "a", log_);
  ASSERT_TRUE(poll_until({&a}, [&] { return a.source->at_end(); }));
  {
    Member b(config_, "b", log_);
    ASSERT_TRUE(poll_until({&a, &b}, [&] { return !b.owner.held().empty(); }));
    send(300);
    ASSERT_TRUE(poll_until({&a, &b},
                           [&] { return a.owner.records.size() + b.owner.records.size() == 600; }));
    EXPECT_FALSE(b.owner.records.empty());
    ASSERT_TRUE(b.source->close());
    send(300);
    // A static member that leaves is waited for; then its partitions go back.
    const auto begin = steady_clock::now();
    ASSERT_TRUE(poll_until({&a}, [&] { return a.owner.held().size() == 3; }));
    EXPECT_LT(steady_clock::now() - begin, seconds(60));
    ASSERT_TRUE(
        poll_until({&a}, [&] { return a.owner.records.size() + b.owner.records.size() == 900; }));
    for (int k = 0; k < 10; ++k) a.owner.poll();  // nothing comes twice
    expect_each_once({&a, &b});
  }
}

TEST_F(KafkaGroupTest, APartitionThatComesWhilePausedIsPausedAndOneThatComesBackIsNot) {
  send(300);
  Member a(config_, "a", log_);
  ASSERT_TRUE(poll_until({&a}, [&] { return a.owner.held().size() == 3; }));
  a.source->pause(true);
  Member b(config_, "b", log_);
  ASSERT_TRUE(poll_until({&a, &b}, [&] { return !b.owner.held().empty(); }));
  ASSERT_TRUE(b.source->close());
  const std::size_t before = a.owner.records.size();
  ASSERT_TRUE(poll_until({&a}, [&] { return a.owner.held().size() == 3; }));
  for (int k = 0; k < 10; ++k) a.owner.poll();
  EXPECT_EQ(a.owner.records.size(), before);
  a.source->pause(false);
  ASSERT_TRUE(
      poll_until({&a}, [&] { return a.owner.records.size() + b.owner.records.size() == 300; }));
  expect_each_once({&a, &b});
}

TEST_F(KafkaGroupTest, AMemberWithTheSameInstanceIdDrivesTheFirstOut) {
  send(30);
  Member first(config_, "same", log_);
  ASSERT_TRUE(poll_until({&first}, [&] { return first.source->at_end(); }));
  Member second(config_, "same", log_);
  const auto deadline = steady_clock::now() + seconds(120);
  Result<std::vector<StreamRecord>> driven_out;
  while (driven_out && steady_clock::now() < deadline) {
    second.owner.poll();
    driven_out = first.source->poll(10, milliseconds(50));
  }
  ASSERT_FALSE(driven_out);
  EXPECT_EQ(driven_out.error().code, ErrorCode::kConflict) << driven_out.error().message();
  EXPECT_NE(driven_out.error().message().find("same"), std::string::npos);
  (void)first.source->close();
  ASSERT_TRUE(poll_until({&second}, [&] { return second.owner.held().size() == 3; }));
}

TEST_F(KafkaGroupTest, AReaderBesideTheGroupDisturbsNobody) {
  send(300);
  Member a(config_, "a", log_);
  ASSERT_TRUE(poll_until({&a}, [&] { return a.source->at_end(); }));
  const auto progress = progress_of(config_);
  const auto reader = std::move(*open_reader(config_));
  ReadingOwner beside("reader", log_);
  for (const auto& one : progress) beside.starts[one.partition] = 0;
  beside.attach(*reader);
  ASSERT_TRUE(beside.poll_until([&] { return reader->at_end(); }));
  EXPECT_EQ(beside.records.size(), 300u);
  ASSERT_TRUE(reader->close());  // acknowledges, as ReadingOwner does
  send(30);
  ASSERT_TRUE(poll_until({&a}, [&] { return a.owner.records.size() == 330; }));
  EXPECT_EQ(a.owner.assignments, 1);
  for (const auto& one : progress_of(config_)) EXPECT_FALSE(one.committed);
}

TEST_F(KafkaGroupTest, MadeToShareAnewByTwoAtOnceTheGroupReadsEverythingOnce) {
  send(300);
  Member a(config_, "a", log_), b(config_, "b", log_);
  const auto all_held = [&] { return a.owner.held().size() + b.owner.held().size() == 3; };
  ASSERT_TRUE(poll_until({&a, &b}, [&] { return !b.owner.held().empty() && all_held(); }));
  std::atomic<int> done = 0;
  const auto share_anew = [&](const std::stop_token& stop) {
    const Status shared = make_kafka_group_share_anew(config_, stop);
    EXPECT_TRUE(shared) << shared.error().message();
    ++done;
  };
  {
    const std::jthread one(share_anew), other(share_anew);
    ASSERT_TRUE(poll_until({&a, &b}, [&] {
      send(10);
      return done == 2;
    }));
  }
  const auto client =
      std::move(*KafkaClient::create(RD_KAFKA_CONSUMER, config_, kafka_reader_settings(config_)));
  GroupDescription group;
  ASSERT_TRUE(poll_until({&a, &b}, [&] {
    group = describe_kafka_group(config_, *client).value_or(GroupDescription());
    return group.settled && all_held() && a.source->at_end() && b.source->at_end();
  }));
  std::ranges::sort(group.members);
  EXPECT_EQ(group.members, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(group.assigned.size(), 3u);
  expect_each_once({&a, &b});
}

}  // namespace
}  // namespace marquee
