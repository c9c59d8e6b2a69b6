// The popular list: what a user that the model does not know is shown.
#pragma once

#include "core/config.h"
#include "model/interaction_matrix.h"

namespace marquee {

struct PopularList {
  Array<std::int32_t> items;  // every item, best first, ties by lower index
  Array<float> scores;
};

// Ranks items by Bayesian average, (prior · mean of all ratings + sum of its ratings) / (prior +
// its ratings), with prior = model.popular_prior: a movie with few ratings stays near the mean.
PopularList rank_popular(const InteractionMatrix& matrix, const ModelOptions& options);

}  // namespace marquee
