// Compacted in any steps and read at any point, against the plain twin that applies the contract's
// order to every event.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "lake/silver_ratings.h"
#include "tests/unit/lake/memory_store.h"
#include "tests/unit/lake/plain_events.h"

namespace marquee {
namespace {

constexpr TimeMicros kHalfDay = 43'200 * kMicrosPerSecond;
constexpr int kPartitions = 3;
const std::vector<std::string> kTopics = {"import:0a", "import:1b", "other", "user-events"};

// Few users, movies and times, so that pairs and times repeat.
std::vector<PlainEvent> some_events() {
  std::map<StreamPartition, std::int64_t> next;
  std::vector<PlainEvent> events;
  const int count = *rc::gen::inRange(0, 60);
  for (int k = 0; k < count; ++k) {
    const std::string& topic = kTopics[*rc::gen::inRange<std::size_t>(0, kTopics.size())];
    const int partition = is_import(topic) ? 0 : *rc::gen::inRange(0, kPartitions);
    std::int64_t& offset = next[{topic, partition}];
    offset += *rc::gen::inRange(0, 2);  // now and then an offset that holds no event
    const int time = *rc::gen::inRange(-1, 6);
    events.push_back(event(*rc::gen::inRange<UserId>(1, 4), *rc::gen::inRange<MovieId>(1, 4),
                           static_cast<float>(*rc::gen::inRange(2, 21)) / 4,
                           time < 0 ? kUnknownTime : time * kHalfDay, offset++, partition, topic));
  }
  return events;
}

// Any offsets that lie in the streams.
OffsetVector some_offsets() {
  OffsetVector offsets;
  for (const std::string& topic : kTopics)
    for (int partition = 0; partition < (is_import(topic) ? 1 : kPartitions); ++partition)
      offsets.push_back({topic, partition, *rc::gen::inRange<std::int64_t>(0, 20)});
  return normalised(std::move(offsets));
}

// Some stretch of every partition once more, under names of another cut, as a consumer that was
// killed writes it.
void put_replay(ObjectStore& store, const std::vector<PlainEvent>& events) {
  const auto first = *rc::gen::inRange<std::int64_t>(0, 10);
  const auto last = *rc::gen::inRange<std::int64_t>(0, 20);
  std::vector<PlainEvent> some;
  for (const PlainEvent& event : events)
    if (first <= event.source.offset && event.source.offset <= last) some.push_back(event);
  RC_ASSERT(put_bronze(store, some));
}

PlainTotalsMap totals(ObjectStore& store, const OffsetVector& offsets,
                      const CompactionOptions& options) {
  const auto topics = topics_of(offsets);
  PlainTotalsMap map;
  RC_ASSERT(read_event_totals(store, offsets, options, [&](const EventTotals& row) -> Status {
    map[{row.is_movie, row.id, topics[static_cast<std::size_t>(row.topic)], row.partition}] = {
        row.count, row.sum, row.square_sum, row.last_update};
    return {};
  }));
  return map;
}

void expect_as_of(ObjectStore& store, const std::vector<PlainEvent>& events,
                  const OffsetVector& offsets, const CompactionOptions& options) {
  const auto read = read_ratings_as_of(store, offsets, options);
  RC_ASSERT(read);
  RC_ASSERT(read->ratings == plain_ratings(events, offsets));
  RC_ASSERT(totals(store, offsets, options) == plain_totals(events, offsets));
  RC_ASSERT(read->events == std::ranges::count_if(events, [&](const PlainEvent& event) {
              return is_below(event, offsets);
            }));
}

TEST(SilverRatingsProperty, AnyStepsAndAnyPointAgreeWithThePlainTwin) {
  const bool holds = rc::check([] {
    MemoryStore store;
    const std::vector<PlainEvent> events = some_events();
    RC_ASSERT(put_bronze(store, events));
    put_replay(store, events);
    const CompactionOptions options{.threads = *rc::gen::inRange(1, 3)};
    OffsetVector reached;
    const int steps = *rc::gen::inRange(0, 4);
    for (int step = 0; step < steps; ++step) {
      const OffsetVector target = some_offsets();
      reached = united(reached, target);
      const auto compacted = compact_ratings(store, target, options);
      RC_ASSERT(compacted);
      RC_ASSERT(compacted->manifest.offsets == reached);
      expect_as_of(store, events, reached, options);
      if (*rc::gen::inRange(0, 2) == 0)
        RC_ASSERT(sweep_ratings(store, 1, [](const RatingManifest&) { return false; }));
    }
    expect_as_of(store, events, some_offsets(), options);
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace marquee
