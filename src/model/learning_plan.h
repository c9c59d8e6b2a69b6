// How much of the data learning looks at, so that it stays within its budget of arithmetic.
#pragma once

#include "core/config.h"
#include "model/interaction_matrix.h"
#include "model/part_fitting.h"

namespace marquee {

enum class LearningExtent {
  kNothing,
  kSample,   // weights and half-lives, on a sample of the data
  kWeights,  // the same on all of it
  kRidges,   // ridges as well
};

struct LearningPlan {
  LearningExtent extent = LearningExtent::kNothing;
  double affordable_fits = 0;  // of the data looked at
  std::size_t users = 0;       // looked at; all where it is no sample
  std::size_t movies = 0;      // that the regression of a fit on a cut has at most
};

// All of the data where model.learn_budget pays for one more fit of it. Otherwise the regression on
// cuts is of the 6,000 best known movies at most, and users are halved, as long as 2,000 are left,
// until the budget pays for two fits. Nothing where it pays for none of that, where model.learn is
// off, and where every weight is pinned.
LearningPlan plan_learning(const InteractionMatrix& matrix, const ModelOptions& asked);

// Whether the configuration leaves any weight to be learned.
bool anything_open(const ModelOptions& asked);

}  // namespace marquee
