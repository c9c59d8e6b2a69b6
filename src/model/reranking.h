// Orders the best of a list anew (`ranking.…`): less alike, less of what everybody knows, more of
// what is new. Costs accuracy, so all of it is off by default; docs/model.md has the figures.
#pragma once

#include <span>
#include <vector>

#include "model/model_data.h"

namespace marquee {

// Immutable and thread-safe. The model must outlive it.
class Reranking {
 public:
  explicit Reranking(const ModelData& model);

  bool changes_nothing() const { return changes_nothing_; }

  // How many of the best by score a list is made of: twice the precomputed length, so that lists of
  // any length begin alike, and at least n.
  std::size_t pool_for(std::size_t n) const;

  // Of `pool` (items, best first), with scores by item: the n to show, in their order. Each place
  // goes to the item with the greatest (1 - diversity) · r - diversity · s, where s is its greatest
  // cosine of terms with an item placed before it (maximal marginal relevance: Carbonell and
  // Goldstein, 1998) and r its score, put on [0, 1] over the pool, after
  //   - popularity_discount · z(log(1 + raters)) + freshness · z(newness)
  // with newness 0.5 ^ (age / 10 years), 0 without a year, and z standardised over all items. The
  // age is as of the year that one dated item in a hundred is newer than. Past the pool's first
  // pool_for(1) items the order by score stays.
  std::vector<std::int32_t> reordered(const std::vector<std::int32_t>& pool,
                                      std::span<const float> scores, std::size_t n) const;

 private:
  std::vector<float> relevance(const std::vector<std::int32_t>& head,
                               std::span<const float> scores) const;

  const ModelData& model_;
  float diversity_;
  bool changes_nothing_;
  std::vector<float> bonus_;  // by item; empty: none
};

}  // namespace marquee
