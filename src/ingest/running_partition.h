// The running rows of one partition, in memory. Internal to ingest/.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/features.h"
#include "ingest/running_writer.h"

namespace marquee {

// For one thread at a time.
class RunningPartition {
 public:
  RunningPartition(StreamPartition partition, std::string writer)
      : partition_(std::move(partition)), writer_(std::move(writer)) {}

  // Entities of these events whose state is not in memory, ascending, each once.
  std::vector<std::int64_t> missing(EntityKind kind, std::span<const RunningEvent> events) const;
  // What the tables hold of `ids`: those that have no row begin empty.
  void loaded(EntityKind kind, std::span<const std::int64_t> ids, std::span<const RunningRow> rows);
  // Every entity must have been loaded. A row that includes an event's offset already passes over
  // it.
  void add(std::span<const RunningEvent> events);

  // The rows that changed since the last call, by id.
  std::vector<RunningRow> take_changed(EntityKind kind);
  std::size_t changed_count() const {
    return tables_[0].changed.size() + tables_[1].changed.size();
  }
  // Of the last event that was added; -1 before the first.
  std::int64_t last_offset() const { return last_offset_; }

  std::size_t row_count() const { return tables_[0].rows.size() + tables_[1].rows.size(); }
  // Only when nothing changed since take_changed.
  void forget_rows();

 private:
  struct Row {
    std::int64_t last_offset = -1;
    FeatureSums sums;
  };
  struct Table {
    std::unordered_map<std::int64_t, Row> rows;
    std::unordered_set<std::int64_t> changed;
  };
  Table& table(EntityKind kind) { return tables_[static_cast<std::size_t>(kind)]; }
  const Table& table(EntityKind kind) const { return tables_[static_cast<std::size_t>(kind)]; }
  void add(EntityKind kind, std::int64_t id, const RunningEvent& event);

  StreamPartition partition_;
  std::string writer_;
  std::int64_t last_offset_ = -1;
  std::array<Table, 2> tables_;
};

// The entity of `kind` that a rating is of.
inline std::int64_t entity_of(EntityKind kind, const Rating& rating) {
  return kind == EntityKind::kUser ? rating.user : rating.movie;
}

}  // namespace marquee
