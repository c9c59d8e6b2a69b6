// The user–user part: people with the same taste.
#pragma once

#include "core/config.h"
#include "model/grades.h"
#include "model/neighbors.h"

namespace marquee {

// For each user the `n_neighbors` most similar others among those with at least `min_common_items`
// movies in common (for pearson, at least three) and a similarity above `similarity_threshold`
// (users × users, columns ascending).
//   cosine: between grades weighted by log(users / raters of the movie), so that a rare movie in
//   common says
//           more (the inverse user frequency of Breese, Heckerman and Kadie, 1998)
//   pearson: between deviations from each user's mean, over the movies in common (Resnick et al.,
//   1994)
// Where there are more than `compared_users` users with enough movies, only about so many of them
// are compared with, drawn by a hash of the values that they gave: names have no part in it, and
// from night to night those who rated nothing stay in or out.
// `wanted`: 1 for the users asked about; empty: all.
SparseRows fit_user_user(const InteractionMatrix& matrix, const Grades& grades,
                         const ModelOptions& options, std::span<const std::uint8_t> wanted = {});

// Of the users, about the part that each is compared with.
double compared_share(std::size_t users, const ModelOptions& options);

// The same for users that were not fitted, against those that were. Immutable and thread-safe.
class UserComparison {
 public:
  // `ratings` and `grades` of the fitted users (by user, one pattern), `items` columns.
  UserComparison(const SparseRows& ratings, const SparseRows& grades, std::size_t items,
                 const ModelOptions& options);

  // Neighbours, columns ascending, of somebody with these ratings and grades. `self`: the fitted
  // user who is the same person. A movie that nobody has rated counts as rated by one.
  std::vector<SparseEntry> neighbors_of(SparseRows::Row ratings, std::span<const float> grades,
                                        std::optional<std::size_t> self) const;

 private:
  NeighborOptions options_;
  std::vector<float> rarity_;  // by item
  SparseRows columns_;         // items × users: what is compared
  std::vector<float> norms_;   // by user
};

}  // namespace marquee
