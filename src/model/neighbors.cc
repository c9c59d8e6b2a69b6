#include "model/neighbors.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "model/parallel.h"

namespace marquee {
namespace {

// What one row has in common with another.
template <Measure measure>
struct Common {
  float dot = 0;
  std::int32_t count = 0;
};
template <>
struct Common<Measure::kPearson> {
  float dot = 0;
  std::int32_t count = 0;
  float own_square = 0;    // over the common columns
  float other_square = 0;  // over the common columns
};

float norm_of(SparseRows::Row row) {
  float square = 0;
  for (const float x : row.values) square += x * x;
  return std::sqrt(square);
}

// Looking at so many counters costs about as much as noting one that is touched for the first time.
constexpr std::size_t kScanned = 8;

// Compares one row at a time with all others; owned by one thread.
template <Measure measure>
class RowComparison {
 public:
  RowComparison(const SparseRows& columns, std::span<const float> norms,
                const NeighborOptions& options)
      : columns_(columns), norms_(norms), options_(options), common_(norms.size()) {}

  std::vector<SparseEntry> neighbors_of(SparseRows::Row row, std::optional<std::size_t> self) {
    accumulate(row);
    const float norm = norm_of(row);
    entries_.clear();
    for (const std::int32_t other : touched_) {
      Common<measure>& common = common_[static_cast<std::size_t>(other)];
      if (common.count >= options_.min_common && static_cast<std::size_t>(other) != self) {
        const float value = similarity(norm, static_cast<std::size_t>(other), common);
        if (value > options_.threshold) entries_.push_back({other, value});
      }
      common = {};
    }
    keep_top(entries_, static_cast<std::size_t>(options_.keep),
             [](const SparseEntry& e) { return e.value; });
    std::ranges::sort(entries_, {}, &SparseEntry::column);
    return entries_;
  }

 private:
  // Leaves in `touched_` every row that has a column in common with `own`.
  void accumulate(SparseRows::Row own) {
    touched_.clear();
    if (products_of(own) < common_.size() / kScanned) {
      add_products(own, [&](std::int32_t other, const Common<measure>& common) {
        if (common.count == 0) touched_.push_back(other);
      });
      return;
    }
    add_products(own, [](std::int32_t, const Common<measure>&) {});
    for (std::size_t other = 0; other < common_.size(); ++other)
      if (common_[other].count > 0) touched_.push_back(static_cast<std::int32_t>(other));
  }

  // How often a counter is changed for this row.
  std::size_t products_of(SparseRows::Row own) const {
    std::size_t products = 0;
    for (const std::int32_t column : own.columns)
      products += columns_.row(static_cast<std::size_t>(column)).columns.size();
    return products;
  }

  // `before_change` sees each counter before it is changed.
  void add_products(SparseRows::Row own, auto before_change) {
    for (std::size_t k = 0; k < own.columns.size(); ++k) {
      const float x = own.values[k];
      const auto others = columns_.row(static_cast<std::size_t>(own.columns[k]));
      for (std::size_t j = 0; j < others.columns.size(); ++j) {
        Common<measure>& common = common_[static_cast<std::size_t>(others.columns[j])];
        const float y = others.values[j];
        before_change(others.columns[j], common);
        ++common.count;
        common.dot += x * y;
        if constexpr (measure == Measure::kPearson) {
          common.own_square += x * x;
          common.other_square += y * y;
        }
      }
    }
  }

  float similarity(float norm, std::size_t other, const Common<measure>& common) const {
    float scale = 0;
    if constexpr (measure == Measure::kCosine)
      scale = norm * norms_[other];
    else
      scale = std::sqrt(common.own_square * common.other_square);
    return scale > 0 ? common.dot / scale : 0;
  }

  const SparseRows& columns_;
  std::span<const float> norms_;
  NeighborOptions options_;
  std::vector<Common<measure>> common_;
  std::vector<std::int32_t> touched_;
  // Before the best are kept there may be one for every row: never in what is returned, which
  // stays in memory for as many rows again.
  std::vector<SparseEntry> entries_;
};

template <Measure measure>
SparseRows compare_rows(const SparseRows& rows, const SparseRows& columns,
                        const NeighborOptions& options) {
  const std::vector<float> norms = norms_of(rows);
  std::vector<std::vector<SparseEntry>> found(rows.rows());
  for_each_row(rows.rows(), options.threads, [&] {
    return
        [&, comparison = RowComparison<measure>(columns, norms, options)](std::size_t row) mutable {
          if (options.wanted.empty() || options.wanted[row] != 0)
            found[row] = comparison.neighbors_of(rows.row(row), row);
        };
  });
  return join_rows(found);
}

}  // namespace

struct NeighborSearch::State {
  std::variant<RowComparison<Measure::kCosine>, RowComparison<Measure::kPearson>> comparison;
};

NeighborSearch::NeighborSearch(const SparseRows& columns, std::span<const float> norms,
                               const NeighborOptions& options) {
  if (options.measure == Measure::kCosine)
    state_.reset(new State{RowComparison<Measure::kCosine>(columns, norms, options)});
  else
    state_.reset(new State{RowComparison<Measure::kPearson>(columns, norms, options)});
}

NeighborSearch::~NeighborSearch() = default;

std::vector<SparseEntry> NeighborSearch::find(SparseRows::Row row,
                                              std::optional<std::size_t> self) {
  return std::visit([&](auto& comparison) { return comparison.neighbors_of(row, self); },
                    state_->comparison);
}

std::vector<float> norms_of(const SparseRows& rows) {
  std::vector<float> norms(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r) norms[r] = norm_of(rows.row(r));
  return norms;
}

SparseRows find_neighbors(const SparseRows& rows, const SparseRows& columns,
                          const NeighborOptions& options) {
  return options.measure == Measure::kCosine
             ? compare_rows<Measure::kCosine>(rows, columns, options)
             : compare_rows<Measure::kPearson>(rows, columns, options);
}

}  // namespace marquee
