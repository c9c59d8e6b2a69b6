#include "evaluation/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "model/interaction_matrix.h"

namespace marquee {
namespace {

Status check_unseen(const ModelData& model, const Split& split) {
  std::size_t seen = 0;
  const Rating* first = nullptr;
  for (const Rating& rating : split.test) {
    const auto user = find_id(model.user_ids.span(), rating.user);
    const auto item = find_id(model.item_ids.span(), rating.movie);
    if (!user || !item) continue;
    if (!std::ranges::binary_search(model.ratings.row(static_cast<std::size_t>(*user)).columns,
                                    *item))
      continue;
    if (seen++ == 0) first = &rating;
  }
  if (seen == 0) return {};
  return fail(
      ErrorCode::kUnfit,
      fmt::format("the model was trained on {} of the {} test ratings", seen, split.test.size()),
      fmt::format("first: user {}, movie {}", first->user, first->movie),
      "evaluate a model that was fitted on the training part alone");
}

Evaluation evaluate_lists(const std::vector<std::vector<std::int32_t>>& lists,
                          const ModelData& model, const Split& split,
                          const EvaluationOptions& options) {
  const auto list_of = [&](UserId user) {
    std::vector<MovieId> movies;
    const auto u = find_id(model.user_ids.span(), user);
    if (!u) return movies;
    for (const std::int32_t item : lists[static_cast<std::size_t>(*u)])
      movies.push_back(model.item_ids[static_cast<std::size_t>(item)]);
    return movies;
  };
  Evaluation evaluation;
  evaluation.outcomes = judge_users(split.test, options.relevant_rating, list_of);
  evaluation.figures = intervals_of(evaluation.outcomes, options);
  evaluation.lists = measure_lists(lists, model);
  evaluation.segments =
      measure_segments(evaluation.outcomes, split.test, options.relevant_rating, list_of, model);
  return evaluation;
}

}  // namespace

FigureIntervals intervals_of(const std::vector<UserOutcome>& outcomes,
                             const EvaluationOptions& options) {
  FigureIntervals intervals;
  std::vector<double> values(outcomes.size());
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    for (std::size_t c = 0; c < kCutoffs.size(); ++c) {
      for (std::size_t u = 0; u < outcomes.size(); ++u) values[u] = outcomes[u].figures[m][c];
      intervals[m][c] = bootstrap_mean(values, options.bootstrap_samples,
                                       static_cast<std::uint64_t>(options.seed));
    }
  }
  return intervals;
}

Result<Evaluation> evaluate_model(const ModelData& model, const Split& split,
                                  const EvaluationOptions& options) {
  MARQUEE_TRY(check_unseen(model, split));
  return evaluate_lists(lists_of(model, kLongestList), model, split, options);
}

Evaluation evaluate_ranking(std::span<const std::int32_t> ranking, const ModelData& model,
                            const Split& split, const EvaluationOptions& options) {
  return evaluate_lists(unrated_lists(model, ranking, kLongestList), model, split, options);
}

std::vector<std::int32_t> rank_by_count(const ModelData& model) {
  std::vector<std::int64_t> counts(model.item_count());
  for (const std::int32_t item : model.ratings.columns) ++counts[static_cast<std::size_t>(item)];
  std::vector<std::int32_t> ranking(counts.size());
  std::iota(ranking.begin(), ranking.end(), 0);
  std::ranges::stable_sort(ranking, std::greater<>(),
                           [&](std::int32_t i) { return counts[static_cast<std::size_t>(i)]; });
  return ranking;
}

}  // namespace marquee
