#include "lake/event_totals.h"

#include <algorithm>
#include <unordered_map>

#include "lake/sum_columns.h"

namespace marquee::lake {
namespace {

struct Place {
  std::int64_t id = 0;
  std::int32_t topic = 0;
  std::int32_t partition = 0;
  friend bool operator==(const Place&, const Place&) = default;
};
struct PlaceHash {
  std::size_t operator()(const Place& place) const {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    std::uint64_t mixed = static_cast<std::uint64_t>(place.id) * kOdd;
    mixed ^=
        static_cast<std::uint64_t>(place.topic) << 32 | static_cast<std::uint32_t>(place.partition);
    mixed *= kOdd;
    return mixed ^ (mixed >> 29);
  }
};

void add(TotalsRow& totals, const RatingRow& event) {
  const double value = event.value;
  ++totals.count;
  totals.sum += value;
  totals.square_sum += value * value;
  totals.last_update = std::max(totals.last_update, event.time);
}

// Appends the totals of one kind.
void append_totals(std::span<const RatingRow> events, EntityKind kind, std::int64_t RatingRow::* id,
                   std::vector<TotalsRow>& totals) {
  std::unordered_map<Place, std::size_t, PlaceHash> rows;
  for (const RatingRow& event : events) {
    const auto [found, is_new] =
        rows.try_emplace({event.*id, event.topic, event.partition}, totals.size());
    if (is_new)
      totals.push_back({.kind = static_cast<std::int32_t>(kind),
                        .topic = event.topic,
                        .partition = event.partition,
                        .id = event.*id});
    add(totals[found->second], event);
  }
}

template <typename Value>
std::vector<Value> member(std::span<const TotalsRow> rows, Value TotalsRow::* field) {
  std::vector<Value> values;
  values.reserve(rows.size());
  for (const TotalsRow& row : rows) values.push_back(row.*field);
  return values;
}

}  // namespace

TotalsRow combined(const TotalsRow& a, const TotalsRow& b) {
  TotalsRow both = a;
  both.count += b.count;
  both.sum += b.sum;
  both.square_sum += b.square_sum;
  both.last_update = std::max(a.last_update, b.last_update);
  return both;
}

std::vector<TotalsRow> totals_of(std::span<const RatingRow> events) {
  std::vector<TotalsRow> totals;
  append_totals(events, EntityKind::kUser, &RatingRow::user, totals);
  append_totals(events, EntityKind::kMovie, &RatingRow::movie, totals);
  std::ranges::sort(totals, {}, [](const TotalsRow& row) { return key_of(row); });
  return totals;
}

TableLayout totals_layout() {
  return {.sorted_columns = 2};
}

std::vector<Column> columns_of(std::span<const TotalsRow> rows) {
  using Row = TotalsRow;
  return {{"kind", member(rows, &Row::kind)},
          {"id", member(rows, &Row::id)},
          {"topic", member(rows, &Row::topic)},
          {"partition", member(rows, &Row::partition)},
          {"count", member(rows, &Row::count)},
          {"sum", member(rows, &Row::sum)},
          {"square_sum", member(rows, &Row::square_sum)},
          {"last_update", Times{member(rows, &Row::last_update)}}};
}

Status read_rows(TableReader& part, int group, std::vector<TotalsRow>& rows) {
  std::vector<std::int32_t> kinds, topics, partitions;
  std::vector<std::int64_t> ids;
  SumColumns sums;
  MARQUEE_TRY(part.read(group, "kind", kinds));
  MARQUEE_TRY(part.read(group, "id", ids));
  MARQUEE_TRY(part.read(group, "topic", topics));
  MARQUEE_TRY(part.read(group, "partition", partitions));
  MARQUEE_TRY(sums.read(part, group));
  rows.reserve(rows.size() + kinds.size());
  for (std::size_t row = 0; row < kinds.size(); ++row) {
    const auto [count, sum, square_sum, last_update] = sums.row(row);
    rows.push_back(
        {kinds[row], topics[row], partitions[row], ids[row], count, sum, square_sum, last_update});
  }
  return {};
}

}  // namespace marquee::lake
