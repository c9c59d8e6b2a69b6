// What tests of Bronze's writer and reader share: made-up records, and everything read back.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "core/timestamp.h"
#include "lake/bronze_reader.h"
#include "lake/bronze_writer.h"
#include "tests/unit/lake/memory_store.h"

namespace marquee {

inline constexpr std::string_view kTopic = "user-events";
inline constexpr UploadRetry kAtOnce = {std::chrono::milliseconds(1), std::chrono::milliseconds(4)};

inline StreamRecord record_at(std::int32_t partition, std::int64_t offset, std::string value) {
  return {.topic = std::string(kTopic),
          .partition = partition,
          .offset = offset,
          .record_time = parse_timestamp("2025-03-15T12:00:00Z").value() + offset,
          .value = std::move(value)};
}

// An event whose user id tells its offset, so that what is read can be recognised.
inline StreamRecord event_at(std::int32_t partition, std::int64_t offset,
                             std::string_view date = "2025-03-15") {
  return record_at(
      partition, offset,
      fmt::format(
          R"({{"user_id": {}, "movie_id": {}, "rating": 4.5, "timestamp": "{}T10:00:00Z"}})",
          offset + 1, partition + 1, date));
}

inline void add(BronzeWriter& writer, const StreamRecord& record) {
  const auto event = parse_rating_event(record.value, record.record_time, EventOptions{});
  if (event)
    writer.add_event(record, *event);
  else
    writer.add_dead_letter(record, name_of(event.error().reason), event.error().detail);
}

inline const OffsetRange kEverything[] = {{std::string(kTopic), 0, 0, INT64_MAX},
                                          {std::string(kTopic), 1, 0, INT64_MAX},
                                          {std::string(kTopic), 2, 0, INT64_MAX}};

// Events as read, by partition and offset.
inline Result<std::vector<BronzeEvent>> read_all(ObjectStore& store,
                                                 std::span<const OffsetRange> ranges = kEverything,
                                                 int threads = 2,
                                                 const EventOptions& options = {}) {
  std::vector<BronzeEvent> events;
  MARQUEE_TRY(read_bronze(store, ranges, options, threads, [&](auto chunk) -> Status {
    events.insert(events.end(), chunk.begin(), chunk.end());
    return {};
  }));
  std::ranges::sort(events, {}, &BronzeEvent::source);
  return events;
}

inline std::vector<std::int64_t> offsets_of(const Result<std::vector<BronzeEvent>>& events) {
  EXPECT_TRUE(events) << events.error().message();
  std::vector<std::int64_t> offsets;
  for (const BronzeEvent& event : *events) offsets.push_back(event.source.offset);
  return offsets;
}

}  // namespace marquee
