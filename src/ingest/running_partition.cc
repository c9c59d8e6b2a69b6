#include "ingest/running_partition.h"

#include <algorithm>

namespace marquee {

std::vector<std::int64_t> RunningPartition::missing(EntityKind kind,
                                                    std::span<const RunningEvent> events) const {
  std::vector<std::int64_t> ids;
  for (const RunningEvent& event : events) {
    if (!event.rating) continue;
    const std::int64_t id = entity_of(kind, *event.rating);
    if (!table(kind).rows.contains(id)) ids.push_back(id);
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void RunningPartition::loaded(EntityKind kind, std::span<const std::int64_t> ids,
                              std::span<const RunningRow> rows) {
  auto& known = table(kind).rows;
  for (const std::int64_t id : ids) known.try_emplace(id);
  for (const RunningRow& row : rows) known[row.id] = {row.last_offset, row.sums};
}

void RunningPartition::add(EntityKind kind, std::int64_t id, const RunningEvent& event) {
  Row& row = table(kind).rows.at(id);
  if (event.offset <= row.last_offset) return;
  row.last_offset = event.offset;
  row.sums.add(static_cast<double>(event.rating->value), event.rating->time);
  table(kind).changed.insert(id);
}

void RunningPartition::add(std::span<const RunningEvent> events) {
  for (const RunningEvent& event : events) {
    last_offset_ = event.offset;
    if (!event.rating) continue;
    for (const EntityKind kind : {EntityKind::kUser, EntityKind::kMovie})
      add(kind, entity_of(kind, *event.rating), event);
  }
}

std::vector<RunningRow> RunningPartition::take_changed(EntityKind kind) {
  std::vector<RunningRow> changed;
  for (const std::int64_t id : std::exchange(table(kind).changed, {})) {
    const Row& row = table(kind).rows.at(id);
    changed.push_back(
        {id, partition_.topic, partition_.partition, writer_, row.last_offset, row.sums});
  }
  std::ranges::sort(changed, {}, &RunningRow::id);
  return changed;
}

void RunningPartition::forget_rows() {
  for (Table& table : tables_) table.rows.clear();
}

}  // namespace marquee
