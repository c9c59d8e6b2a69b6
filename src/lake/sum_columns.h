// The columns of running sums that several tables of the lake have alike: count, sum, square_sum
// and last_update. Internal to lake/.
#pragma once

#include <vector>

#include "core/feature_sums.h"
#include "lake/parquet_reader.h"

namespace marquee::lake {

class SumColumns {
 public:
  // Appends those of one row group; see TableReader.
  Status read(TableReader& table, int group) {
    MARQUEE_TRY(table.read(group, "count", count_));
    MARQUEE_TRY(table.read(group, "sum", sum_));
    MARQUEE_TRY(table.read(group, "square_sum", square_sum_));
    return table.read_times(group, "last_update", last_update_);
  }
  FeatureSums row(std::size_t k) const {
    return {count_[k], sum_[k], square_sum_[k], last_update_[k]};
  }

 private:
  std::vector<std::int64_t> count_;
  std::vector<double> sum_, square_sum_;
  std::vector<TimeMicros> last_update_;
};

}  // namespace marquee::lake
