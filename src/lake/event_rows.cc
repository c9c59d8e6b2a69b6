#include "lake/event_rows.h"

#include <algorithm>

namespace marquee::lake {
namespace {

// Appends events as rows. Events of a chunk mostly share a topic.
class RowCollector {
 public:
  explicit RowCollector(std::span<const std::string> topics) : topics_(topics) {}

  Status take(std::span<const BronzeEvent> events) {
    for (const BronzeEvent& event : events) {
      MARQUEE_TRY(find_topic(event.source.topic));
      rows_.push_back({event.rating.user, event.rating.movie, event.rating.time,
                       event.source.offset, event.rating.value, topic_, event.source.partition});
    }
    return {};
  }
  std::vector<RatingRow>& rows() { return rows_; }

 private:
  Status find_topic(const std::string& name) {
    if (topic_ >= 0 && topics_[static_cast<std::size_t>(topic_)] == name) return {};
    const auto found = std::ranges::find(topics_, name);
    if (found == topics_.end())
      return fail(ErrorCode::kInternal, "Bronze gave an event of a topic that was not asked for",
                  name);
    topic_ = static_cast<std::int32_t>(found - topics_.begin());
    return {};
  }

  std::span<const std::string> topics_;
  std::int32_t topic_ = -1;
  std::vector<RatingRow> rows_;
};

}  // namespace

std::vector<OffsetRange> ranges_between(const OffsetVector& offsets, const OffsetVector& target) {
  std::vector<OffsetRange> ranges;
  for (const TopicOffset& end : target)
    if (const std::int64_t first = offset_of(offsets, end.topic, end.partition);
        first < end.next_offset)
      ranges.push_back({end.topic, end.partition, first, end.next_offset});
  return ranges;
}

Result<std::vector<RatingRow>> read_event_rows(ObjectStore& store,
                                               std::span<const OffsetRange> ranges,
                                               std::span<const std::string> topics,
                                               const EventOptions& options, int threads) {
  RowCollector collector(topics);
  MARQUEE_TRY(
      read_bronze(store, ranges, options, threads,
                  [&](std::span<const BronzeEvent> events) { return collector.take(events); }));
  return std::move(collector.rows());
}

}  // namespace marquee::lake
