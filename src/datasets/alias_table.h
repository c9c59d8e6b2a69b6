// Draws an index with given weights in constant time. Internal to datasets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/portable_random.h"

namespace marquee {

// The alias method (Vose, "A linear algorithm for generating random numbers with a given
// distribution", 1991).
class AliasTable {
 public:
  // Weights are positive; at least one, fewer than 2^32.
  explicit AliasTable(std::span<const double> weights);

  std::uint32_t draw(PortableRandom& random) const;

 private:
  struct Cell {
    double keep;  // probability of the cell's own index
    std::uint32_t other;
  };
  std::vector<Cell> cells_;
};

}  // namespace marquee
