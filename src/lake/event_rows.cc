#include "lake/event_rows.h"

#include <algorithm>
#include <unordered_set>

namespace marquee::lake {
namespace {

// Appends events as rows. Events of a chunk mostly share a topic.
class RowCollector {
 public:
  RowCollector(std::span<const std::string> topics, const EventRowOptions& options)
      : topics_(topics),
        without_(options.without.begin(), options.without.end()),
        forgotten_(options.forgotten) {}

  Status take(std::span<const BronzeEvent> events) {
    for (const BronzeEvent& event : events) {
      if (!without_.empty() && without_.contains(event.rating.user)) {
        tell_forgotten(event.source);
        continue;
      }
      MARQUEE_TRY(find_topic(event.source.topic));
      rows_.push_back({event.rating.user, event.rating.movie, event.rating.time,
                       event.source.offset, event.rating.value, topic_, event.source.partition});
    }
    return {};
  }
  std::vector<RatingRow>& rows() { return rows_; }

 private:
  void tell_forgotten(const Provenance& source) const {
    if (forgotten_) forgotten_({source.topic, source.partition}, source.offset);
  }
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
  const std::unordered_set<UserId> without_;
  const VisitForgotten& forgotten_;
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
                                               const EventRowOptions& options) {
  RowCollector collector(topics, options);
  MARQUEE_TRY(read_bronze(
      store, ranges, options.events, options.threads,
      [&](std::span<const BronzeEvent> events) { return collector.take(events); },
      options.forgotten));
  return std::move(collector.rows());
}

}  // namespace marquee::lake
