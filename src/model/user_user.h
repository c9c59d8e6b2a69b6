// The user–user part: people with the same taste.
#pragma once

#include "core/config.h"
#include "model/grades.h"

namespace marquee {

// For each user the `n_neighbors` most similar others among those with at least `min_common_items`
// movies in common and a similarity above `similarity_threshold` (users × users, columns
// ascending).
//   cosine: between grades weighted by log(users / raters of the movie), so that a rare movie in
//   common says
//           more (the inverse user frequency of Breese, Heckerman and Kadie, 1998)
//   pearson: between deviations from each user's mean, over the movies in common (Resnick et al.,
//   1994)
// `wanted`: 1 for the users asked about; empty: all.
SparseRows fit_user_user(const InteractionMatrix& matrix, const Grades& grades,
                         const ModelOptions& options, std::span<const std::uint8_t> wanted = {});

}  // namespace marquee
