// Any interleaving of partitions, dates, dead letters, closings, failures, kills and hand-overs
// reads back what was produced, each event exactly once.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <random>

#include "tests/unit/lake/bronze_fixture.h"

namespace marquee {
namespace {

constexpr int kPartitions = 3;

// What a broker holds: records by partition, some of them not valid, some to be passed over.
using Produced = std::vector<std::vector<StreamRecord>>;

constexpr std::string_view kPassedOver = "GET /health";

StreamRecord make_record(std::int32_t partition, std::int64_t offset, std::minstd_rand& random) {
  const auto kind = random() % 20;
  if (kind == 0) return record_at(partition, offset, "{\"user_id\": }");
  if (kind == 1) return record_at(partition, offset, std::string(kPassedOver));
  if (kind < 4)
    return record_at(partition, offset,
                     fmt::format(R"({{"user_id":{},"movie_id":1,"rating":3}})", offset + 1));
  return event_at(partition, offset, fmt::format("2025-03-{:02}", 10 + random() % 4));
}

// A broker, a store that fails now and then, and a consumer that is killed now and then.
class Flow {
 public:
  Flow(unsigned seed, const BronzeOptions& options) : random_(seed), options_(options) {
    for (int p = 0; p < kPartitions; ++p) {
      produced_.emplace_back();
      const auto begin = static_cast<std::int64_t>(random_() % 3);  // retention took the first
      committed_[p] = next_[p] = begin;
      begin_[p] = begin;
    }
    store_.before_put = [this](int, std::string_view) -> Status {
      return failures_.fetch_sub(1) > 0 ? Status(fail(ErrorCode::kUnavailable, "now and then"))
                                        : Status{};
    };
    start();
  }

  void step() {
    const auto p = static_cast<int>(random_() % kPartitions);
    switch (random_() % 16) {
      case 0:
        return kill();
      case 1:
        return hand_over(p);
      case 2:
        return commit(p);
      case 3:
        return writer_->close_all();
      case 4:
        return writer_->close_due(now_ += std::chrono::seconds(20));
      case 5:
        failures_ = 1;
        return;
      default:
        return read_some(p);
    }
  }

  // Reads everything to its end, makes it durable, and gives what was expected and what is there.
  void finish() {
    std::vector<StreamPartition> all;
    for (int p = 0; p < kPartitions; ++p) {
      while (next_[p] < end_of(p)) read_one(p);
      all.push_back(name_of_partition(p));
    }
    RC_ASSERT(writer_->wait_durable(all, std::chrono::seconds(20)));
    for (int p = 0; p < kPartitions; ++p) {
      commit(p);
      RC_ASSERT(committed_[p] == end_of(p));
    }
  }

  std::vector<std::pair<Provenance, Rating>> expected() const {
    std::vector<std::pair<Provenance, Rating>> events;
    for (const auto& records : produced_)
      for (const StreamRecord& record : records)
        if (const auto event = parse_rating_event(record.value, record.record_time, {}))
          events.push_back({{SourceKind::kStream, record.topic, record.partition, record.offset},
                            {event->user, event->movie, static_cast<float>(event->rating),
                             event->timestamp.value_or(record.record_time)}});
    return events;
  }
  MemoryStore& store() { return store_; }

 private:
  static StreamPartition name_of_partition(int p) { return {std::string(kTopic), p}; }
  std::int64_t end_of(int p) const { return begin_[p] + std::ssize(produced_[p]); }

  void start() { writer_.emplace(store_, options_, 2, kAtOnce); }

  void kill() {
    writer_.reset();
    start();
    for (int p = 0; p < kPartitions; ++p) next_[p] = committed_[p];
  }
  void hand_over(int p) {
    writer_->drop(name_of_partition(p));
    next_[p] = committed_[p];
  }
  // Commits never go back, whatever a writer that began afresh says.
  void commit(int p) {
    const auto durable = writer_->durable_offset(name_of_partition(p));
    if (!durable) return;
    RC_ASSERT(*durable >= committed_[p]);
    committed_[p] = *durable;
  }
  void read_some(int p) {
    const auto count = random_() % 8;
    for (unsigned k = 0; k < count; ++k) {
      if (next_[p] == end_of(p)) produced_[p].push_back(make_record(p, end_of(p), random_));
      read_one(p);
    }
  }
  void read_one(int p) {
    const StreamRecord& record = produced_[p][next_[p] - begin_[p]];
    if (record.value == kPassedOver)
      writer_->pass_over(record);
    else
      add(*writer_, record);
    ++next_[p];
  }

  std::minstd_rand random_;
  BronzeOptions options_;
  MemoryStore store_;
  std::atomic<int> failures_ = 0;
  std::optional<BronzeWriter> writer_;
  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
  Produced produced_;
  std::int64_t begin_[kPartitions];
  std::int64_t next_[kPartitions];
  std::int64_t committed_[kPartitions];
};

RC_GTEST_PROP(BronzeProperty, ReadsBackWhatWasProducedExactlyOnce, ()) {
  BronzeOptions options;
  options.max_events_per_object = *rc::gen::element<std::int64_t>(1, 2, 7, 10'000);
  options.max_bytes_per_object = *rc::gen::element<std::int64_t>(200, 1000, 1 << 20);
  options.compression = *rc::gen::element<std::string>("none", "zstd");
  Flow flow(*rc::gen::arbitrary<unsigned>(), options);
  for (int steps = *rc::gen::inRange(0, 80); steps > 0; --steps) flow.step();
  flow.finish();
  const auto read = read_all(flow.store(), kEverything, *rc::gen::inRange(1, 4));
  RC_ASSERT(read.has_value());
  std::vector<std::pair<Provenance, Rating>> events;
  for (const BronzeEvent& event : *read) events.emplace_back(event.source, event.rating);
  RC_ASSERT(events == flow.expected());
}

}  // namespace
}  // namespace marquee
