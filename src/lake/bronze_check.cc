#include "lake/bronze_check.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "lake/bronze_line.h"
#include "lake/bronze_objects.h"
#include "lake/dead_letter_line.h"
#include "lake/import_events.h"
#include "lake/seen_offsets.h"
#include "lake/worker_threads.h"

namespace marquee {
namespace {

using lake::BronzeKind;
using lake::BronzeObject;
using lake::SeenOffsets;

constexpr std::size_t kGapsKept = 100;
constexpr BronzeKind kKinds[] = {BronzeKind::kEvents, BronzeKind::kDeadLetters};

// The offsets of one partition and kind.
struct Offsets {
  SeenOffsets seen;
  SeenOffsets forgotten;  // those of `seen` that hold nothing any more
  std::int64_t lines = 0;
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  std::int64_t end = 0;  // after the highest

  std::int64_t kept() const { return seen.size() - forgotten.size(); }
};
using OffsetsByPartition = std::map<StreamPartition, Offsets>;

struct LineOffset {
  std::int64_t offset = 0;
  bool is_forgotten = false;
};

Result<std::vector<LineOffset>> offsets_in(ObjectStore& store, const BronzeObject& object) {
  using Offset = std::expected<LineOffset, std::string>;
  std::vector<LineOffset> offsets;
  lake::EventLineParser parser;
  BronzeEvent event;
  const auto event_offset = [&](std::string_view line) -> Offset {
    auto parsed = parser.parse(line, object.name, event);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    return LineOffset{event.source.offset, event.is_forgotten};
  };
  const auto dead_letter_offset = [&](std::string_view line) -> Offset {
    auto letter = lake::parse_dead_letter_line(line, object.name);
    if (!letter) return std::unexpected(std::move(letter.error()));
    return LineOffset{letter->offset, letter->is_forgotten};
  };
  MARQUEE_TRY(lake::read_lines(
      store, object, [&](std::string_view line) -> std::expected<std::int64_t, std::string> {
        auto found =
            object.name.kind == BronzeKind::kEvents ? event_offset(line) : dead_letter_offset(line);
        if (!found) return std::unexpected(std::move(found.error()));
        offsets.push_back(*found);
        return found->offset;
      }));
  return offsets;
}

void add(std::span<const LineOffset> ascending, Offsets& offsets) {
  for (const LineOffset& line : ascending) {
    offsets.seen.insert(line.offset);
    if (line.is_forgotten) offsets.forgotten.insert(line.offset);
  }
  offsets.lines += std::ssize(ascending);
  offsets.lowest = std::min(offsets.lowest, ascending.front().offset);
  offsets.end = std::max(offsets.end, ascending.back().offset + 1);
}

Result<OffsetsByPartition> read_offsets(ObjectStore& store, std::span<const BronzeObject> objects,
                                        int threads) {
  OffsetsByPartition found;
  std::mutex mutex;
  MARQUEE_TRY(lake::for_each_index(objects.size(), threads, [&](std::size_t k, auto) -> Status {
    MARQUEE_ASSIGN(const auto offsets, offsets_in(store, objects[k]));
    const std::lock_guard guard(mutex);
    add(offsets, found[objects[k].name.partition]);
    return {};
  }));
  return found;
}

void add_object(const BronzeObject& object, BronzeContents& contents) {
  const auto& name = object.name;
  const bool is_first = contents.objects++ == 0;
  contents.bytes += object.size;
  contents.first = is_first ? name.first : std::min(contents.first, name.first);
  contents.last = is_first ? name.last : std::max(contents.last, name.last);
  const bool is_known = name.date != lake::date_of(lake::kUnknownDay);
  if (is_first || (is_known && name.date < contents.first_date)) contents.first_date = name.date;
  if (is_first || (is_known && name.date > contents.last_date)) contents.last_date = name.date;
}

// The gaps of a partition within [begin, end).
void find_gaps(const Offsets& events, const Offsets& dead_letters, std::int64_t begin,
               std::int64_t end, PartitionCheck& check) {
  const SeenOffsets* sets[] = {&events.seen, &dead_letters.seen};
  SeenOffsets::visit_gaps(sets, begin, end, [&](std::int64_t first, std::int64_t gap_end) {
    check.missing += gap_end - first;
    if (check.gaps.size() < kGapsKept) check.gaps.push_back({first, gap_end});
  });
}

// How many offsets of [begin, end) are in either.
std::int64_t covered(const Offsets& events, const Offsets& dead_letters, std::int64_t begin,
                     std::int64_t end) {
  PartitionCheck counted;
  find_gaps(events, dead_letters, begin, end, counted);
  return std::max<std::int64_t>(end - begin, 0) - counted.missing;
}

void compare(const ExpectedOffsets& expected, const Offsets& events, const Offsets& dead_letters,
             PartitionCheck& check) {
  const std::int64_t lowest = std::min(events.lowest, dead_letters.lowest);
  const std::int64_t end = std::max(events.end, dead_letters.end);
  check.is_expected = true;
  check.uncommitted = covered(events, dead_letters, expected.committed, end);
  find_gaps(events, dead_letters, std::min(expected.begin, lowest), expected.committed, check);
  if (expected.events) {
    check.missing = std::max<std::int64_t>(*expected.events - events.seen.size(), 0);
    check.gaps.clear();  // lines that hold no rating
  }
  check.is_complete = check.missing == 0 || (expected.may_pass_over && !expected.events);
}

PartitionCheck check_partition(const StreamPartition& partition, const Offsets& events,
                               const Offsets& dead_letters) {
  PartitionCheck check;
  check.partition = partition;
  check.events = events.kept();
  check.dead_letters = dead_letters.kept();
  check.forgotten = events.forgotten.size() + dead_letters.forgotten.size();
  const std::int64_t offsets = events.seen.size() + dead_letters.seen.size();
  check.repeats = events.lines + dead_letters.lines - offsets;
  check.in_both =
      offsets - covered(events, dead_letters, 0, std::max(events.end, dead_letters.end));
  return check;
}

}  // namespace

Result<std::vector<BronzeContents>> list_bronze_contents(ObjectStore& store, bool count,
                                                         int threads) {
  std::map<std::pair<StreamPartition, bool>, BronzeContents> contents;
  for (const BronzeKind kind : kKinds) {
    const bool dead_letters = kind == BronzeKind::kDeadLetters;
    MARQUEE_ASSIGN(const auto objects, lake::list_bronze(store, kind));
    for (const BronzeObject& object : objects)
      add_object(object, contents[{object.name.partition, dead_letters}]);
    if (!count) continue;
    MARQUEE_ASSIGN(const auto offsets, read_offsets(store, objects, threads));
    for (const auto& [partition, found] : offsets)
      contents[{partition, dead_letters}].events = found.kept();
  }
  std::vector<BronzeContents> listed;
  for (auto& [key, entry] : contents) {
    std::tie(entry.partition, entry.dead_letters) = key;
    listed.push_back(std::move(entry));
  }
  return listed;
}

std::vector<ExpectedOffsets> expected_offsets(std::span<const StreamProgress> progress,
                                              std::string_view access_log_topic) {
  std::vector<ExpectedOffsets> expected;
  for (const StreamProgress& entry : progress)
    if (entry.committed)
      expected.push_back({.partition = entry.partition,
                          .begin = entry.begin,
                          .committed = *entry.committed,
                          .may_pass_over = entry.partition.topic == access_log_topic,
                          .events = {}});
  return expected;
}

bool BronzeCheck::is_complete() const {
  return std::ranges::all_of(partitions, &PartitionCheck::is_complete);
}

Result<BronzeCheck> check_bronze(ObjectStore& store, std::span<const ExpectedOffsets> expected,
                                 int threads) {
  MARQUEE_ASSIGN(const auto imports, completed_imports(store));
  std::map<StreamPartition, ExpectedOffsets> wanted;
  for (const ExpectedOffsets& offsets : expected) wanted[offsets.partition] = offsets;
  for (const CompletedImport& import : imports)
    wanted[{import.range.topic, import.range.partition}] = {
        {import.range.topic, import.range.partition},
        import.range.first,
        import.range.end,
        /*may_pass_over=*/true,
        import.events};

  OffsetsByPartition found[std::size(kKinds)];
  std::map<StreamPartition, bool> partitions;  // a set that find() does not need
  for (std::size_t k = 0; k < std::size(kKinds); ++k) {
    MARQUEE_ASSIGN(const auto objects, lake::list_bronze(store, kKinds[k]));
    MARQUEE_ASSIGN(found[k], read_offsets(store, objects, threads));
    for (const auto& [partition, offsets] : found[k]) partitions[partition];
  }
  for (const auto& [partition, offsets] : wanted) partitions[partition];

  BronzeCheck check;
  for (const auto& [partition, unused] : partitions) {
    const Offsets& events = found[0][partition];
    const Offsets& dead_letters = found[1][partition];
    PartitionCheck entry = check_partition(partition, events, dead_letters);
    if (const auto offsets = wanted.find(partition); offsets != wanted.end())
      compare(offsets->second, events, dead_letters, entry);
    check.partitions.push_back(std::move(entry));
  }
  return check;
}

}  // namespace marquee
