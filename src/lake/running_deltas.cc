#include "lake/running_deltas.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <unordered_set>

#include "lake/parquet_reader.h"
#include "lake/parquet_table.h"
#include "lake/sum_columns.h"
#include "lake/worker_threads.h"
#include "objects/put_new.h"

namespace marquee {
namespace {

using Source = std::tuple<std::string, std::int32_t, std::string>;  // topic, partition, writer
using Place = std::tuple<std::int64_t, std::string, std::int32_t>;  // id, topic, partition

std::string folder_of(EntityKind kind) {
  return fmt::format("silver/{}-features/_running/", kind == EntityKind::kUser ? "user" : "movie");
}

const char* id_column(EntityKind kind) {
  return kind == EntityKind::kUser ? "user_id" : "movie_id";
}

// For a part of a name: what is no letter, digit, '.', '_' or '-' as %XX.
std::string name_part(const std::string& text) {
  std::string part;
  for (const unsigned char c : text)
    part += std::isalnum(c) || c == '.' || c == '_' || c == '-'
                ? std::string(1, static_cast<char>(c))
                : fmt::format("%{:02X}", c);
  return part;
}

template <typename Value, typename Get>
std::vector<Value> values(const std::vector<RunningRow>& rows, Get get) {
  std::vector<Value> all;
  for (const RunningRow& row : rows) all.push_back(get(row));
  return all;
}

std::vector<lake::Column> columns_of(EntityKind kind, const std::vector<RunningRow>& rows) {
  using Row = RunningRow;
  return {{id_column(kind), values<std::int64_t>(rows, [](const Row& r) { return r.id; })},
          {"topic", lake::Texts{values<std::string>(rows, [](const Row& r) { return r.topic; })}},
          {"partition", values<std::int32_t>(rows, [](const Row& r) { return r.partition; })},
          {"writer", lake::Texts{values<std::string>(rows, [](const Row& r) { return r.writer; })}},
          {"last_offset", values<std::int64_t>(rows, [](const Row& r) { return r.last_offset; })},
          {"count", values<std::int64_t>(rows, [](const Row& r) { return r.sums.count; })},
          {"sum", values<double>(rows, [](const Row& r) { return r.sums.sum; })},
          {"square_sum", values<double>(rows, [](const Row& r) { return r.sums.square_sum; })},
          {"last_update",
           lake::Times{values<TimeMicros>(rows, [](const Row& r) { return r.sums.last_update; })}}};
}

Status write_delta(ObjectStore& store, EntityKind kind, const Source& source,
                   std::vector<RunningRow> rows) {
  std::ranges::sort(rows, {}, &RunningRow::id);
  MARQUEE_ASSIGN(const std::string bytes, lake::parquet_bytes(columns_of(kind, rows)));
  const auto [first, last] = std::ranges::minmax_element(rows, {}, &RunningRow::last_offset);
  const auto& [topic, partition, writer] = source;
  const std::string key =
      fmt::format("{}{}-{}-{:020}-{:020}-{}-{:016x}.parquet", folder_of(kind), name_part(topic),
                  partition, first->last_offset, last->last_offset, name_part(writer),
                  XXH3_64bits(bytes.data(), bytes.size()));
  MARQUEE_TRY(put_new(store, key, bytes));  // the name says what is in it
  return {};
}

// The columns of one object, row groups joined.
struct Columns {
  std::vector<std::int64_t> id, last_offset;
  std::vector<std::int32_t> partition;
  std::vector<std::string> topic, writer;
  lake::SumColumns sums;

  Status read(lake::TableReader& table, EntityKind kind) {
    for (int group = 0; group < table.group_count(); ++group) {
      MARQUEE_TRY(table.read(group, id_column(kind), id));
      MARQUEE_TRY(table.read(group, "topic", topic));
      MARQUEE_TRY(table.read(group, "partition", partition));
      MARQUEE_TRY(table.read(group, "writer", writer));
      MARQUEE_TRY(table.read(group, "last_offset", last_offset));
      MARQUEE_TRY(sums.read(table, group));
    }
    return {};
  }
  RunningRow row(std::size_t k) const {
    return {id[k], topic[k], partition[k], writer[k], last_offset[k], sums.row(k)};
  }
};

Result<std::vector<RunningRow>> read_delta(ObjectStore& store, EntityKind kind,
                                           const std::string& key) {
  MARQUEE_ASSIGN(std::string bytes, store.get(key));
  MARQUEE_ASSIGN(lake::TableReader table,
                 lake::TableReader::open(std::make_shared<const std::string>(std::move(bytes)),
                                         fmt::format("{}/{}", store.name(), key)));
  Columns columns;
  MARQUEE_TRY(columns.read(table, kind));
  std::vector<RunningRow> rows;
  for (std::size_t k = 0; k < columns.id.size(); ++k) rows.push_back(columns.row(k));
  return rows;
}

Status merge_delta(ObjectStore& store, EntityKind kind, const std::string& key,
                   std::map<Place, RunningRow>& newest) {
  MARQUEE_ASSIGN(auto rows, read_delta(store, kind, key));
  for (RunningRow& row : rows) {
    RunningRow& kept = newest[{row.id, row.topic, row.partition}];
    if (row.last_offset > kept.last_offset) kept = std::move(row);
  }
  return {};
}

// The last offset in a name of which `prefix` is the beginning up to the partition; nullopt when it
// is of another topic.
std::optional<std::int64_t> last_offset_in(std::string_view key, std::string_view prefix) {
  constexpr std::size_t kDigits = 20;
  const std::string_view offsets = key.substr(prefix.size()).substr(0, 2 * kDigits + 1);
  if (offsets.size() < 2 * kDigits + 1 || offsets[kDigits] != '-') return std::nullopt;
  std::int64_t last = 0;
  const char* const end = offsets.data() + offsets.size();
  const auto read = std::from_chars(end - kDigits, end, last);
  return read.ec == std::errc() && read.ptr == end ? std::optional(last) : std::nullopt;
}

}  // namespace

Status write_running_deltas(ObjectStore& store, EntityKind kind, std::span<const RunningRow> rows) {
  std::map<Source, std::vector<RunningRow>> by_source;
  for (const RunningRow& row : rows)
    by_source[{row.topic, row.partition, row.writer}].push_back(row);
  for (auto& [source, some] : by_source)
    MARQUEE_TRY(write_delta(store, kind, source, std::move(some)));
  return {};
}

Result<std::vector<RunningRow>> read_running_deltas(ObjectStore& store, EntityKind kind) {
  MARQUEE_ASSIGN(const auto objects, store.list(folder_of(kind)));
  std::map<Place, RunningRow> newest;
  for (const ObjectInfo& object : objects)
    MARQUEE_TRY(merge_delta(store, kind, object.key, newest));
  std::vector<RunningRow> rows;
  for (auto& [place, row] : newest) rows.push_back(std::move(row));
  return rows;
}

Status forget_running_deltas(ObjectStore& store, EntityKind kind,
                             std::span<const std::int64_t> ids) {
  const std::unordered_set<std::int64_t> forgotten(ids.begin(), ids.end());
  MARQUEE_ASSIGN(const auto objects, store.list(folder_of(kind)));
  for (const ObjectInfo& object : objects) {
    MARQUEE_ASSIGN(auto rows, read_delta(store, kind, object.key));
    const auto gone =
        std::erase_if(rows, [&](const RunningRow& row) { return forgotten.contains(row.id); });
    if (gone == 0) continue;
    MARQUEE_TRY(write_running_deltas(store, kind, rows));
    MARQUEE_TRY(store.remove(object.key));
  }
  return {};
}

Status drop_running_deltas(ObjectStore& store, const OffsetVector& offsets) {
  constexpr int kRequests = 16;  // a day may have left a hundred thousand objects
  std::vector<std::string> below;
  for (const EntityKind kind : {EntityKind::kUser, EntityKind::kMovie})
    for (const TopicOffset& read : offsets) {
      const std::string prefix =
          fmt::format("{}{}-{}-", folder_of(kind), name_part(read.topic), read.partition);
      MARQUEE_ASSIGN(const auto objects, store.list(prefix));
      for (const ObjectInfo& object : objects) {
        const auto last = last_offset_in(object.key, prefix);
        if (last && *last < read.next_offset) below.push_back(object.key);
      }
    }
  return lake::for_each_index(below.size(), kRequests,
                              [&](std::size_t k, std::size_t) { return store.remove(below[k]); });
}

}  // namespace marquee
