// The parts that are dense products, for a block of users at once: one BLAS call instead of a pass
// over all factors for each user.
#pragma once

#include <span>
#include <vector>

#include "model/scorer.h"

namespace marquee {

// Owned by one thread; holds two floats for each of kUsers users and each item. The model must
// outlive it. BLAS must be set to one thread: blocks are what runs side by side.
class ScoreBlock {
 public:
  static constexpr std::size_t kUsers = 64;

  explicit ScoreBlock(const ModelData& model);

  // Computes users [first, first + count), count at most kUsers.
  void compute(std::size_t first, std::size_t count);

  // Of the block's k-th user; valid until the next compute.
  RawScores of(std::size_t k) const;

 private:
  void compute_latent(std::size_t first, std::size_t count);
  void compute_content(std::size_t first, std::size_t count);

  const ModelData& model_;
  bool latent_wanted_, content_wanted_;
  std::vector<float> latent_;    // users × items
  std::vector<float> content_;   // users × items
  std::vector<float> profile_;   // terms, of one user
  std::vector<float> profiles_;  // terms × users
};

}  // namespace marquee
