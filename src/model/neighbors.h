// Nearest rows of a sparse matrix: the kernel of user–user, of item–item past the dense limit, and
// of similar movies.
#pragma once

#include <cstdint>
#include <span>

#include "model/model_data.h"

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

// For each wanted row of `rows` its most similar others, columns ascending. `columns` must be the
// transpose of `rows`. Sparse throughout (Gustavson's row-by-row product): each thread holds three
// counters a row. Time: the sum over columns of the squared number of their entries.
SparseRows find_neighbors(const SparseRows& rows, const SparseRows& columns,
                          const NeighborOptions& options);

}  // namespace marquee
