// Nearest rows of a sparse matrix: the kernel of user–user, of item–item past the dense limit, and
// of similar movies.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/model_data.h"
#include "model/sparse_builder.h"

namespace marquee {

enum class Measure {
  kCosine,   // dot product over the product of the rows' norms
  kPearson,  // dot product over the norms of the columns that both rows have; centre the rows first
};

struct NeighborOptions {
  Measure measure = Measure::kCosine;
  std::int64_t min_common = 1;  // columns that both rows must have
  double threshold = 0;         // similarities at or below it are left out
  std::int64_t keep = 20;       // neighbours a row
  int threads = 1;
  std::span<const std::uint8_t> wanted = {};  // by row: 1 for those asked about; empty: all
};

// Looks for the neighbours of rows that need not be among those compared with. For one thread at a
// time; what it is given must outlive it.
class NeighborSearch {
 public:
  // `columns`: the transpose of the rows to compare with; `norms` of these rows, for kCosine.
  NeighborSearch(const SparseRows& columns, std::span<const float> norms,
                 const NeighborOptions& options);
  ~NeighborSearch();

  // Columns ascending. `self`: the row that is the same as `row` and no neighbour of it.
  std::vector<SparseEntry> find(SparseRows::Row row, std::optional<std::size_t> self);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Square roots of the rows' sums of squares.
std::vector<float> norms_of(const SparseRows& rows);

// For each wanted row of `rows` its most similar others, columns ascending. `columns` must be the
// transpose of `rows`, or of `rows` with those left empty that nobody is compared with. Sparse
// throughout (Gustavson's row-by-row product): each thread holds three counters a row. Time: the
// sum over columns of the squared number of their entries.
SparseRows find_neighbors(const SparseRows& rows, const SparseRows& columns,
                          const NeighborOptions& options);

}  // namespace marquee
