// Several hold-outs of one configuration as one evaluation.
#pragma once

#include <span>

#include "evaluation/evaluation.h"

namespace marquee {

// A user's figures are the mean over the folds in which the user was judged, so that a user counts
// once however often; intervals are over users. List qualities are the mean over folds. Segments
// are added up: `users` and `liked` count every judgement, `movies` is the mean, rounded, and
// `most_ratings` the largest. One fold comes back as it is. `folds` must not be empty.
Evaluation merge_folds(std::span<const Evaluation> folds, const EvaluationOptions& options);

}  // namespace marquee
