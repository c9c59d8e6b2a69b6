#include "lake/event_profile.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <vector>

#include "lake/bronze_objects.h"
#include "lake/dead_letter_line.h"
#include "lake/event_rows.h"
#include "lake/rating_rows.h"
#include "lake/worker_threads.h"

namespace marquee {
namespace {

using lake::BronzeObject;
using lake::DeadLetterLine;
using lake::RatingRow;

// Calls visit(partition, letter) once for each dead letter below `end`, forgotten ones among them.
using VisitDead = std::function<void(const StreamPartition&, const DeadLetterLine&)>;

Status visit_dead_letters(ObjectStore& store, const OffsetVector& end, int threads,
                          const VisitDead& visit) {
  MARQUEE_ASSIGN(auto objects, lake::list_bronze(store, lake::BronzeKind::kDeadLetters));
  std::erase_if(objects, [&](const BronzeObject& object) {
    const auto& partition = object.name.partition;
    return object.name.first >= offset_of(end, partition.topic, partition.partition);
  });
  std::mutex mutex;
  std::set<std::pair<StreamPartition, std::int64_t>> seen;
  return lake::for_each_index(objects.size(), threads, [&](std::size_t k, std::size_t) {
    const StreamPartition& partition = objects[k].name.partition;
    const std::int64_t below = offset_of(end, partition.topic, partition.partition);
    return lake::read_lines(
        store, objects[k], [&](std::string_view line) -> std::expected<std::int64_t, std::string> {
          auto letter = lake::parse_dead_letter_line(line, objects[k].name);
          if (!letter) return std::unexpected(std::move(letter.error()));
          const std::lock_guard guard(mutex);
          if (letter->offset < below && seen.emplace(partition, letter->offset).second)
            visit(partition, *letter);
          return letter->offset;
        });
  });
}

std::int64_t count_duplicates(std::span<const RatingRow> by_pair) {
  std::int64_t duplicates = 0;
  for (std::size_t row = 1; row < by_pair.size(); ++row) {
    const RatingRow& a = by_pair[row - 1];
    const RatingRow& b = by_pair[row];
    duplicates += key_of(a) == key_of(b) && a.time == b.time && a.value == b.value;
  }
  return duplicates;
}

auto place_of(const RatingRow& row) {
  return std::tuple(row.topic, row.partition, row.offset);
}

// `rows` are those of one partition, by offset.
void judge_order(std::span<const RatingRow> rows, TimeMicros late_after, EventProfile& profile) {
  TimeMicros newest = kUnknownTime;
  for (const RatingRow& row : rows) {
    if (row.time == kUnknownTime) continue;
    ++profile.timed;
    profile.out_of_order += row.time < newest;
    profile.late += newest != kUnknownTime && row.time < newest - late_after;
    newest = std::max(newest, row.time);
  }
}

// How many offsets of [first, end) are in neither; what lies before the lowest is not asked for.
std::int64_t count_missing(std::span<const RatingRow> rows, const std::set<std::int64_t>& dead,
                           std::int64_t first, std::int64_t end) {
  std::int64_t held = std::ssize(rows);
  const auto from = dead.lower_bound(first);
  for (auto offset = from; offset != dead.end() && *offset < end; ++offset)
    held += !std::ranges::binary_search(rows, *offset, {}, &RatingRow::offset);
  if (first == 0) {
    std::int64_t lowest = rows.empty() ? end : rows.front().offset;
    if (from != dead.end()) lowest = std::min(lowest, *from);
    first = lowest;
  }
  return std::max<std::int64_t>(0, end - first - held);
}

}  // namespace

Result<EventProfile> profile_events(ObjectStore& store, const OffsetVector& begin,
                                    const OffsetVector& end, const ProfileOptions& options) {
  const auto topics = topics_of(end);
  const auto ranges = lake::ranges_between(begin, end);
  EventProfile profile;
  std::map<StreamPartition, std::set<std::int64_t>> dead;  // offsets without an event
  const auto note_forgotten = [&](const StreamPartition& partition, std::int64_t offset) {
    ++profile.forgotten;
    dead[partition].insert(offset);
  };
  MARQUEE_ASSIGN(auto rows, lake::read_event_rows(store, ranges, topics,
                                                  {.events = options.events,
                                                   .threads = options.threads,
                                                   .without = {},
                                                   .forgotten = note_forgotten}));
  MARQUEE_TRY(
      visit_dead_letters(store, end, options.threads,
                         [&](const StreamPartition& partition, const DeadLetterLine& letter) {
                           dead[partition].insert(letter.offset);
                         }));
  profile.events = std::ssize(rows);
  lake::sort_events(rows, options.threads);
  profile.duplicates = count_duplicates(rows);
  std::ranges::sort(rows, {}, place_of);
  for (const OffsetRange& range : ranges) {
    if (is_import(range.topic)) continue;
    const auto topic =
        static_cast<std::int32_t>(std::ranges::find(topics, range.topic) - topics.begin());
    const auto found = std::ranges::equal_range(
        rows, std::pair(topic, range.partition), {},
        [](const RatingRow& row) { return std::pair(row.topic, row.partition); });
    judge_order(found, options.late_after, profile);
    if (range.topic != options.access_log_topic)
      profile.missing +=
          count_missing(found, dead[{range.topic, range.partition}], range.first, range.end);
  }
  return profile;
}

Result<std::map<std::string, std::int64_t>> dead_letters_below(ObjectStore& store,
                                                               const OffsetVector& end,
                                                               int threads) {
  std::map<std::string, std::int64_t> reasons;
  MARQUEE_TRY(visit_dead_letters(store, end, threads,
                                 [&](const StreamPartition&, const DeadLetterLine& letter) {
                                   ++reasons[letter.is_forgotten ? "forgotten" : letter.reason];
                                 }));
  return reasons;
}

}  // namespace marquee
