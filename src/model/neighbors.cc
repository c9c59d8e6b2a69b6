#include "model/neighbors.h"

#include <algorithm>
#include <cmath>

#include "model/parallel.h"
#include "model/sparse_builder.h"

namespace marquee {
namespace {

// What one row has in common with another.
struct Common {
  float dot = 0;
  float own_square = 0;    // over the common columns
  float other_square = 0;  // over the common columns
  std::int32_t count = 0;
};

std::vector<float> norms_of(const SparseRows& rows) {
  std::vector<float> norms(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    for (const float x : rows.row(r).values) norms[r] += x * x;
    norms[r] = std::sqrt(norms[r]);
  }
  return norms;
}

// Compares one row at a time with all others; owned by one thread.
class RowComparison {
 public:
  RowComparison(const SparseRows& rows, const SparseRows& columns, const std::vector<float>& norms,
                const NeighborOptions& options)
      : rows_(rows), columns_(columns), norms_(norms), options_(options), common_(rows.rows()) {}

  std::vector<SparseEntry> neighbors_of(std::size_t row) {
    if (options_.measure == Measure::kCosine)
      accumulate<Measure::kCosine>(row);
    else
      accumulate<Measure::kPearson>(row);
    std::vector<SparseEntry> entries;
    for (const std::int32_t other : touched_) {
      Common& common = common_[static_cast<std::size_t>(other)];
      if (common.count >= options_.min_common && static_cast<std::size_t>(other) != row) {
        const float value = similarity(row, static_cast<std::size_t>(other), common);
        if (value > options_.threshold) entries.push_back({other, value});
      }
      common = {};
    }
    keep_top(entries, static_cast<std::size_t>(options_.keep),
             [](const SparseEntry& e) { return e.value; });
    std::ranges::sort(entries, {}, &SparseEntry::column);
    return entries;
  }

 private:
  template <Measure measure>
  void accumulate(std::size_t row) {
    touched_.clear();
    const auto own = rows_.row(row);
    for (std::size_t k = 0; k < own.columns.size(); ++k) {
      const float x = own.values[k];
      const auto others = columns_.row(static_cast<std::size_t>(own.columns[k]));
      for (std::size_t j = 0; j < others.columns.size(); ++j) {
        Common& common = common_[static_cast<std::size_t>(others.columns[j])];
        const float y = others.values[j];
        if (common.count++ == 0) touched_.push_back(others.columns[j]);
        common.dot += x * y;
        if constexpr (measure == Measure::kPearson) {
          common.own_square += x * x;
          common.other_square += y * y;
        }
      }
    }
  }

  float similarity(std::size_t row, std::size_t other, const Common& common) const {
    const float scale = options_.measure == Measure::kCosine
                            ? norms_[row] * norms_[other]
                            : std::sqrt(common.own_square * common.other_square);
    return scale > 0 ? common.dot / scale : 0;
  }

  const SparseRows& rows_;
  const SparseRows& columns_;
  const std::vector<float>& norms_;
  const NeighborOptions& options_;
  std::vector<Common> common_;
  std::vector<std::int32_t> touched_;
};

}  // namespace

SparseRows find_neighbors(const SparseRows& rows, const SparseRows& columns,
                          const NeighborOptions& options) {
  const std::vector<float> norms = norms_of(rows);
  std::vector<std::vector<SparseEntry>> found(rows.rows());
  for_each_row(rows.rows(), options.threads, [&] {
    return [&, comparison = RowComparison(rows, columns, norms, options)](std::size_t row) mutable {
      found[row] = comparison.neighbors_of(row);
    };
  });
  return join_rows(found);
}

}  // namespace marquee
