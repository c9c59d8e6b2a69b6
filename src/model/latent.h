// The latent part: few numbers for each user and item whose product says how much the one would
// care for the other.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/config.h"
#include "model/grades.h"
#include "model/signatures.h"

namespace marquee {

struct LatentFactors {
  Array<float> users;  // users × latent_factors
  Array<float> items;  // latent_factors × items: one factor of all items after the other
};

// Matrix factorisation of implicit feedback by alternating least squares (Hu, Koren and Volinsky,
// 2008): every interaction is wanted to be 1 with weight 1 + latent_confidence · grade, everything
// else 0 with weight 1, an interaction with a grade below 0 too, with weight 1 + latent_confidence
// · |grade|; ridge latent_regularization on both sides. Each row is solved exactly (Cholesky) in
// `latent_iterations` rounds. kUnfit when a system is not positive definite in single precision
// (the ridge is too small).
Result<LatentFactors> fit_latent(const Grades& grades, const Signatures& signatures,
                                 const ModelOptions& options);

// Solves for users that were not fitted, the items' factors held: what fit_latent does last for
// each user. Immutable and thread-safe.
class LatentFoldIn {
 public:
  // `items`: latent_factors × items, as in LatentFactors.
  LatentFoldIn(std::span<const float> items, std::size_t item_count, const ModelOptions& options);
  ~LatentFoldIn();

  // The factors of somebody with these grades by item; all 0 where the system is not positive
  // definite.
  std::vector<float> solve(SparseRows::Row grades) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace marquee
