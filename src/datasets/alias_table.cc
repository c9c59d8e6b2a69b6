#include "datasets/alias_table.h"

#include <numeric>

namespace marquee {

AliasTable::AliasTable(std::span<const double> weights) {
  const double mean =
      std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    cells_.push_back({weights[i] / mean, i});
    (cells_[i].keep < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const auto needy = small.back(), donor = large.back();
    small.pop_back();
    cells_[needy].other = donor;
    cells_[donor].keep -= 1 - cells_[needy].keep;
    if (cells_[donor].keep >= 1) continue;
    large.pop_back();
    small.push_back(donor);
  }
}

std::uint32_t AliasTable::draw(PortableRandom& random) const {
  const auto cell = random.below(static_cast<std::uint32_t>(cells_.size()));
  return random.uniform() < cells_[cell].keep ? cell : cells_[cell].other;
}

}  // namespace marquee
