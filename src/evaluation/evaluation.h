// One configuration's worth: fitted on the training part of a split, judged on its test part.
#pragma once

#include <string>
#include <vector>

#include "core/config.h"
#include "evaluation/bootstrap.h"
#include "evaluation/list_quality.h"
#include "evaluation/metrics.h"
#include "evaluation/segments.h"
#include "evaluation/split.h"
#include "model/model_data.h"

namespace marquee {

// Every metric at every cutoff, with its 95 % interval.
using FigureIntervals = std::array<std::array<Interval, kCutoffs.size()>, kMetricCount>;

FigureIntervals intervals_of(const std::vector<UserOutcome>& outcomes,
                             const EvaluationOptions& options);

struct Evaluation {
  std::vector<UserOutcome> outcomes;  // users with something relevant in the test part, by id
  FigureIntervals figures;
  ListQuality lists;  // over all users' lists
  Segments segments;
};

// Judges a model that was fitted on split.train. kUnfit when the model has seen a test rating: a
// figure made from what was trained on is worse than none. `model` needs precomputed lists of at
// least 20.
Result<Evaluation> evaluate_model(const ModelData& model, const Split& split,
                                  const EvaluationOptions& options);

// The same for one ranking for everybody (item indices of `model`, best first), each user's rated
// movies left out.
Evaluation evaluate_ranking(std::span<const std::int32_t> ranking, const ModelData& model,
                            const Split& split, const EvaluationOptions& options);

// Items of the model by number of ratings, most first, ties by lower id.
std::vector<std::int32_t> rank_by_count(const ModelData& model);

}  // namespace marquee
