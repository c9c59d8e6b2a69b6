// Events go through a real Kafka broker and come back as they were.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <set>
#include <thread>

#include "events/event_key.h"
#include "stream/event_stream.h"
#include "tests/integration/services/kafka_server.h"
#include "tests/integration/stream/reading_owner.h"

namespace marquee {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using Place = std::pair<std::int32_t, std::int64_t>;

std::vector<std::string> some_events(int count, int users = 50) {
  std::vector<std::string> events;
  for (int k = 0; k < count; ++k)
    events.push_back(
        fmt::format(R"({{"user_id": {}, "movie_id": {}, "rating": 3}})", 1 + k % users, 1 + k));
  return events;
}

class KafkaStreamTest : public testing::Test {
 protected:
  KafkaStreamTest() {
    config_.stream.kind = "kafka";
    config_.kafka.brokers = KafkaServer::shared().brokers();
    config_.kafka.topic = fresh_name("events");
    config_.kafka.group = fresh_name("group");
    config_.kafka.instance_id = "first";
  }
  std::unique_ptr<EventSink> sink() {
    auto sink = open_sink(config_, clock_);
    EXPECT_TRUE(sink) << sink.error().message();
    return sink ? std::move(*sink) : nullptr;
  }
  std::vector<StreamPosition> send(const std::vector<std::string>& events) {
    const auto positions = sink()->append(events);
    EXPECT_TRUE(positions) << positions.error().message();
    return positions.value_or(std::vector<StreamPosition>());
  }
  std::unique_ptr<EventSource> member(const std::string& instance) const {
    Config config = config_;
    config.kafka.instance_id = instance;
    auto source = open_source(config);
    EXPECT_TRUE(source) << source.error().message();
    return source ? std::move(*source) : nullptr;
  }
  StreamPartition partition(std::int32_t number) const { return {config_.kafka.topic, number}; }

  Config config_;
  SystemClock clock_;
  std::vector<std::string> log_;
};

std::map<Place, std::string> by_place(const std::vector<StreamRecord>& records) {
  std::map<Place, std::string> values;
  for (const StreamRecord& record : records)
    EXPECT_TRUE(values.emplace(Place{record.partition, record.offset}, record.value).second)
        << "read twice: " << record.partition << "/" << record.offset;
  return values;
}

TEST_F(KafkaStreamTest, WhatIsSentIsReadOverThreePartitions) {
  const auto events = some_events(5000);
  const TimeMicros before = clock_.now();
  const auto positions = send(events);
  ASSERT_EQ(positions.size(), events.size());
  std::map<Place, std::string> sent;
  std::map<std::string, std::set<std::int32_t>> partitions_of_user;
  std::set<std::int32_t> used;
  for (std::size_t k = 0; k < events.size(); ++k) {
    sent[{positions[k].partition, positions[k].offset}] = events[k];
    partitions_of_user[std::string(event_key(events[k]))].insert(positions[k].partition);
    used.insert(positions[k].partition);
  }
  EXPECT_EQ(used.size(), 3u);
  for (const auto& [user, partitions] : partitions_of_user)
    EXPECT_EQ(partitions.size(), 1u) << "user " << user;

  const auto source = member("first");
  ReadingOwner owner("a", log_);
  owner.attach(*source);
  EXPECT_FALSE(source->at_end());
  ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); }));
  EXPECT_EQ(by_place(owner.records), sent);
  for (const StreamRecord& record : owner.records) {
    EXPECT_EQ(record.topic, config_.kafka.topic);
    EXPECT_GE(record.record_time, before - kMicrosPerSecond);
    EXPECT_LE(record.record_time, clock_.now() + kMicrosPerSecond);
  }
  send(some_events(1));
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == events.size() + 1; }));
  ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); })) << "the end is found again";
  ASSERT_TRUE(source->close());
}

TEST_F(KafkaStreamTest, ProgressTellsHowFarPartitionsAreFilledAndRead) {
  EXPECT_TRUE(progress_of(config_).empty()) << "there is no topic yet";
  send(some_events(300));
  const auto source = member("first");
  ReadingOwner owner("a", log_);
  owner.attach(*source);
  ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); }));
  for (const auto& progress : progress_of(config_)) EXPECT_FALSE(progress.committed);
  ASSERT_TRUE(source->close());
  const auto progress = stream_progress(config_);
  ASSERT_TRUE(progress) << progress.error().message();
  ASSERT_EQ(progress->size(), 3u);
  std::int64_t total = 0;
  for (std::int32_t k = 0; k < 3; ++k) {
    const StreamProgress& one = progress->at(static_cast<std::size_t>(k));
    EXPECT_EQ(one.partition, partition(k));
    EXPECT_EQ(one.begin, 0);
    EXPECT_EQ(one.committed, one.end);
    total += one.end;
  }
  EXPECT_EQ(total, 300);
}

TEST_F(KafkaStreamTest, OffsetsSurviveARestart) {
  send(some_events(600));
  std::vector<StreamRecord> all;
  for (const bool last : {false, true}) {
    const auto source = member("first");
    ReadingOwner owner("a", log_);
    owner.attach(*source);
    if (last)
      ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); }));
    else
      while (owner.records.size() < 150) owner.poll(milliseconds(100), 50);
    ASSERT_TRUE(source->close());
    all.insert(all.end(), owner.records.begin(), owner.records.end());
  }
  EXPECT_EQ(by_place(all).size(), 600u);
}

TEST_F(KafkaStreamTest, AMemberThatVanishedResumesAtOnce) {
  send(some_events(100));
  {
    const auto source = member("first");
    ReadingOwner owner("a", log_);
    owner.attach(*source);
    ASSERT_TRUE(owner.poll_until([&] { return !owner.records.empty(); }));
  }  // without a word, as after a kill
  const auto begin = steady_clock::now();
  const auto source = member("first");
  ReadingOwner owner("b", log_);
  owner.attach(*source);
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == 100; }));
  EXPECT_LT(steady_clock::now() - begin, seconds(9)) << "its session lasts 10 s";
}

TEST_F(KafkaStreamTest, TheOwnerDecidesWhereReadingBegins) {
  send(some_events(300));
  const auto source = member("first");
  ReadingOwner owner("a", log_);
  for (std::int32_t k = 0; k < 3; ++k) owner.starts[partition(k)] = 10 + 20 * k;
  owner.attach(*source);
  ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); }));
  std::map<std::int32_t, std::int64_t> first;
  for (const StreamRecord& record : owner.records)
    first.try_emplace(record.partition, record.offset);
  EXPECT_EQ(first, (std::map<std::int32_t, std::int64_t>{{0, 10}, {1, 30}, {2, 50}}));

  owner.records.clear();
  ASSERT_TRUE(source->seek(partition(1), 33));
  EXPECT_FALSE(source->at_end());
  ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); }));
  ASSERT_FALSE(owner.records.empty());
  EXPECT_EQ(owner.records[0].partition, 1);
  EXPECT_EQ(owner.records[0].offset, 33);
  EXPECT_EQ(source->seek(partition(7), 0).error().code, ErrorCode::kNotFound);
}

TEST_F(KafkaStreamTest, AnOwnerThatCannotSayWhereIsAskedAgain) {
  send(some_events(300));
  const auto source = member("first");
  ReadingOwner owner("a", log_);
  owner.failures = 2;
  ASSERT_TRUE(source->subscribe(owner));
  const auto deadline = steady_clock::now() + seconds(120);
  int failures = 0;
  std::size_t read = 0;
  while (read < 300 && steady_clock::now() < deadline) {
    const auto records = source->poll(1000, milliseconds(50));
    failures += records ? 0 : 1;
    if (records) read += records->size();
  }
  EXPECT_EQ(read, 300u);
  EXPECT_EQ(failures, 2);
  EXPECT_EQ(owner.assignments, 1);
}

TEST_F(KafkaStreamTest, ATopicMadeAnewIsToldAndNotReadTwice) {
  send(some_events(30));
  const auto source = member("first");
  ReadingOwner owner("a", log_);
  for (std::int32_t k = 0; k < 3; ++k) owner.starts[partition(k)] = 1'000'000;
  owner.attach(*source);
  ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); }));
  EXPECT_TRUE(owner.records.empty());
}

TEST_F(KafkaStreamTest, NothingIsAcknowledgedForAPartitionThatIsNotAssigned) {
  send(some_events(30));
  const auto source = member("first");
  ReadingOwner owner("a", log_);
  owner.attach(*source);
  EXPECT_EQ(source->acknowledge(partition(0), 1).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); }));
  EXPECT_TRUE(source->acknowledge(partition(0), 1));
  ASSERT_TRUE(source->close());
  EXPECT_EQ(source->acknowledge(partition(0), 1).error().code, ErrorCode::kNotFound);
}

TEST_F(KafkaStreamTest, APausedMemberKeepsItsPlaceAndLosesNothing) {
  send(some_events(2000));
  const auto source = member("first");
  ReadingOwner owner("a", log_);
  source->pause(true);  // before anything is assigned
  owner.attach(*source);
  ASSERT_TRUE(owner.poll_until([&] { return owner.held().size() == 3; }));
  for (int k = 0; k < 10; ++k) owner.poll(milliseconds(100));
  EXPECT_TRUE(owner.records.empty());
  EXPECT_FALSE(source->at_end());
  source->pause(false);
  while (owner.records.size() < 500) owner.poll(milliseconds(100), 100);
  source->pause(true);
  const std::size_t read = owner.records.size();
  for (int k = 0; k < 10; ++k) owner.poll(milliseconds(50));
  EXPECT_EQ(owner.records.size(), read);
  source->pause(false);
  ASSERT_TRUE(owner.poll_until([&] { return source->at_end(); }));
  EXPECT_EQ(by_place(owner.records).size(), 2000u);
  EXPECT_EQ(owner.assignments, 1) << "it was a member all the time";
}

// Sends one record as it is, past our own sink.
void send_raw(const Config& config, const void* value, std::size_t size) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", config.kafka.brokers.c_str(), nullptr, 0);
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
  ASSERT_EQ(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(config.kafka.topic.c_str()),
                              RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_VALUE(const_cast<void*>(value), size), RD_KAFKA_V_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_EQ(rd_kafka_flush(producer, 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_destroy(producer);
}

TEST_F(KafkaStreamTest, NullEmptyAndLargeValuesComeAsTheyAre) {
  config_.kafka.partitions = 1;
  const std::string large(1'000'000, 'x'), bytes("\xff\0\n", 3);
  const auto positions = send({"", large, bytes});
  send_raw(config_, nullptr, 0);
  const auto source = member("first");
  ReadingOwner owner("a", log_);
  owner.attach(*source);
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == 4; }));
  std::vector<std::string> values;
  for (const auto& record : owner.records) values.push_back(record.value);
  EXPECT_EQ(values, (std::vector<std::string>{"", large, bytes, ""}));
  EXPECT_FALSE(owner.records[0].is_null);
  EXPECT_TRUE(owner.records[3].is_null);
}

TEST_F(KafkaStreamTest, AnEventThatIsTooLargeIsNamedAndTheOthersAreAccepted) {
  const auto sink = this->sink();
  const std::vector<std::string> events = {"small", std::string(3'000'000, 'x'), "small"};
  const auto positions = sink->append(events);
  ASSERT_FALSE(positions);
  EXPECT_NE(positions.error().what.find("1 of 3 events were not accepted (event 1)"),
            std::string::npos)
      << positions.error().message();
  std::int64_t accepted = 0;
  for (const auto& progress : progress_of(config_)) accepted += progress.end;
  EXPECT_EQ(accepted, 2);
}

TEST_F(KafkaStreamTest, ManyThreadsShareOneSink) {
  const auto sink = this->sink();
  std::mutex mutex;
  std::set<Place> places;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int k = 0; k < 50; ++k) {
          const auto positions = sink->append(some_events(1 + k % 3));
          ASSERT_TRUE(positions) << positions.error().message();
          const std::lock_guard lock(mutex);
          for (const auto& one : *positions)
            EXPECT_TRUE(places.emplace(one.partition, one.offset).second);
        }
      });
  }
  EXPECT_EQ(places.size(), 8u * (17 + 2 * 17 + 3 * 16));
}

TEST_F(KafkaStreamTest, AppendsThatNobodyWaitsForAreUnderWayTogether) {
  const auto sink = this->sink();
  constexpr int kAppends = 500;
  std::mutex mutex;
  std::condition_variable settled;
  std::set<Place> places;
  int most_under_way = 0, under_way = 0;
  for (const std::string& event : some_events(kAppends)) {
    {
      const std::lock_guard lock(mutex);
      most_under_way = std::max(most_under_way, ++under_way);
    }
    sink->start_append({&event, 1}, [&](const Result<std::vector<StreamPosition>>& positions) {
      const std::lock_guard lock(mutex);
      if (positions) places.emplace(positions->at(0).partition, positions->at(0).offset);
      --under_way;
      settled.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(settled.wait_for(lock, seconds(120), [&] { return under_way == 0; }));
  EXPECT_EQ(places.size(), static_cast<std::size_t>(kAppends));
  EXPECT_GT(most_under_way, 10);
}

TEST_F(KafkaStreamTest, AMissingTopicIsNamedUnlessItMayBeMade) {
  config_.kafka.create_topic = false;
  for (const auto& error : {open_sink(config_, clock_).error(), open_source(config_).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kNotFound);
    EXPECT_NE(error.message().find(config_.kafka.topic), std::string::npos) << error.message();
    EXPECT_NE(error.mend.find("kafka.create_topic"), std::string::npos);
  }
  config_.kafka.create_topic = true;
  config_.kafka.partitions = 5;
  EXPECT_TRUE(sink());
  EXPECT_EQ(progress_of(config_).size(), 5u);
  config_.kafka.create_topic = false;
  EXPECT_TRUE(sink()) << "now it is there";
}

TEST_F(KafkaStreamTest, TheAccessLogIsReadBesideTheEvents) {
  Config log = config_;
  log.kafka.topic = config_.kafka.access_log_topic = fresh_name("access-log");
  EXPECT_EQ(open_source(config_).error().code, ErrorCode::kNotFound) << "nobody has made it";
  const std::string line = "2025-03-15T10:00:00,123,GET /rate/456=4";
  ASSERT_TRUE((*open_sink(log, clock_))->append({&line, 1}));
  send({"an event"});
  const auto source = member("first");
  ReadingOwner owner("a", log_);
  owner.attach(*source);
  ASSERT_TRUE(owner.poll_until([&] { return owner.records.size() == 2; }));
  std::map<std::string, std::string> values;
  for (const auto& record : owner.records) values[record.topic] = record.value;
  EXPECT_EQ(values[config_.kafka.access_log_topic], line);
  EXPECT_EQ(values[config_.kafka.topic], "an event");
  EXPECT_EQ(progress_of(config_).size(), 6u);
}

}  // namespace
}  // namespace marquee
