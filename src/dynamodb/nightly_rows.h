// What the nightly batch knows exactly of an entity, and what a read makes of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/features.h"

namespace marquee {

// The events of one entity in one partition below an offset, re-ratings counted again: what a
// running row of the same partition has to be compared with.
struct PartitionTotals {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t next_offset = 0;  // exclusive
  FeatureSums sums;

  friend bool operator==(const PartitionTotals&, const PartitionTotals&) = default;
};

// `Features` are UserFeatures or MovieFeatures, exact: each rating counts once.
template <typename Features>
struct NightlyRow {
  Features features;
  double sum = 0;                         // of the ratings that `features` are computed from
  double square_sum = 0;                  // of their squares
  TimeMicros as_of = kUnknownTime;        // when the snapshot was taken
  std::vector<PartitionTotals> totals{};  // of the partitions that have events of the entity

  friend bool operator==(const NightlyRow&, const NightlyRow&) = default;
};
using NightlyUser = NightlyRow<UserFeatures>;
using NightlyMovie = NightlyRow<MovieFeatures>;

// Statistics as of now. A re-rating since the night counts as a second rating until the next one.
template <typename Features>
struct CurrentRow {
  Features features;
  TimeMicros exact_as_of = kUnknownTime;  // unknown: no night has seen the entity
  std::int64_t events_on_top = 0;         // since then

  friend bool operator==(const CurrentRow&, const CurrentRow&) = default;
};

// The nightly row plus, for each partition, what the running row with the greatest last_offset has
// more than the night's totals; rows that end before the totals' next_offset add nothing. Pure.
CurrentRow<UserFeatures> merged(const NightlyUser& night, const std::vector<RunningRow>& running);
CurrentRow<MovieFeatures> merged(const NightlyMovie& night, const std::vector<RunningRow>& running);

// Of the rows of one (id, topic, partition) only that with the greatest last_offset. By id, topic
// and partition.
std::vector<RunningRow> newest_rows(std::vector<RunningRow> rows);

}  // namespace marquee
