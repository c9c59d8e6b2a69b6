#include "dynamodb/nightly_rows.h"

#include <algorithm>
#include <tuple>

namespace marquee {
namespace {

FeatureSums exact_sums(const auto& night) {
  return {night.features.rating_count, night.sum, night.square_sum, night.features.last_update};
}

PartitionTotals totals_of(const std::vector<PartitionTotals>& totals, const RunningRow& row) {
  const auto found = std::ranges::find_if(totals, [&](const PartitionTotals& one) {
    return one.topic == row.topic && one.partition == row.partition;
  });
  return found == totals.end() ? PartitionTotals{row.topic, row.partition, 0, {}} : *found;
}

void fill_in(UserFeatures& features, const FeatureSums& sums) {
  features.std_dev = sums.deviation();
}
void fill_in(MovieFeatures& features, const FeatureSums& sums) {
  features.popularity = sums.popularity();
}

template <typename Features>
CurrentRow<Features> merge(const NightlyRow<Features>& night,
                           const std::vector<RunningRow>& running) {
  CurrentRow<Features> current{night.features, night.as_of, 0};
  FeatureSums sums = exact_sums(night);
  for (const RunningRow& row : newest_rows(running)) {
    const PartitionTotals before = totals_of(night.totals, row);
    if (row.last_offset < before.next_offset) continue;
    current.events_on_top += row.sums.count - before.sums.count;
    sums.count += row.sums.count - before.sums.count;
    sums.sum += row.sums.sum - before.sums.sum;
    sums.square_sum += row.sums.square_sum - before.sums.square_sum;
    sums.last_update = std::max(sums.last_update, row.sums.last_update);
  }
  if (current.events_on_top == 0) return current;
  current.features.avg_rating = sums.average();
  current.features.rating_count = sums.count;
  current.features.last_update = sums.last_update;
  fill_in(current.features, sums);
  return current;
}

}  // namespace

CurrentRow<UserFeatures> merged(const NightlyUser& night, const std::vector<RunningRow>& running) {
  return merge(night, running);
}

CurrentRow<MovieFeatures> merged(const NightlyMovie& night,
                                 const std::vector<RunningRow>& running) {
  return merge(night, running);
}

std::vector<RunningRow> newest_rows(std::vector<RunningRow> rows) {
  const auto place = [](const RunningRow& row) {
    return std::tie(row.id, row.topic, row.partition);
  };
  std::ranges::sort(rows, [&](const RunningRow& a, const RunningRow& b) {
    return std::tuple_cat(place(a), std::tuple(-a.last_offset)) <
           std::tuple_cat(place(b), std::tuple(-b.last_offset));
  });
  const auto repeats = std::ranges::unique(
      rows, [&](const RunningRow& a, const RunningRow& b) { return place(a) == place(b); });
  rows.erase(repeats.begin(), repeats.end());
  return rows;
}

}  // namespace marquee
