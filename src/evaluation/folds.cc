#include "evaluation/folds.h"

#include <algorithm>
#include <cmath>

#include "evaluation/user_means.h"

namespace marquee {
namespace {

ListQuality mean_lists(std::span<const Evaluation> folds) {
  ListQuality mean;
  for (double ListQuality::* field :
       {&ListQuality::coverage, &ListQuality::intra_list_diversity, &ListQuality::user_diversity,
        &ListQuality::novelty, &ListQuality::gini}) {
    for (const Evaluation& fold : folds) mean.*field += fold.lists.*field;
    mean.*field /= static_cast<double>(folds.size());
  }
  return mean;
}

ActivitySegment merge_activity(std::span<const Evaluation> folds, std::size_t third) {
  ActivitySegment merged;
  for (const Evaluation& fold : folds) {
    const ActivitySegment& one = fold.segments.by_activity[third];
    merged.users += one.users;
    merged.most_ratings = std::max(merged.most_ratings, one.most_ratings);
    merged.ndcg_at_10 += one.ndcg_at_10 * static_cast<double>(one.users);
  }
  if (merged.users > 0) merged.ndcg_at_10 /= static_cast<double>(merged.users);
  return merged;
}

PopularitySegment merge_popularity(std::span<const Evaluation> folds, std::size_t third) {
  PopularitySegment merged;
  double movies = 0;
  for (const Evaluation& fold : folds) {
    const PopularitySegment& one = fold.segments.by_popularity[third];
    movies += static_cast<double>(one.movies);
    merged.liked += one.liked;
    merged.recall_at_20 += one.recall_at_20 * static_cast<double>(one.liked);
  }
  merged.movies = static_cast<std::size_t>(std::lround(movies / static_cast<double>(folds.size())));
  if (merged.liked > 0) merged.recall_at_20 /= static_cast<double>(merged.liked);
  return merged;
}

}  // namespace

Evaluation merge_folds(std::span<const Evaluation> folds, const EvaluationOptions& options) {
  if (folds.size() == 1) return folds.front();
  Evaluation merged;
  UserMeans users;
  for (const Evaluation& fold : folds) users.add(fold.outcomes);
  merged.outcomes = users.means();
  merged.figures = intervals_of(merged.outcomes, options);
  merged.lists = mean_lists(folds);
  for (std::size_t third = 0; third < merged.segments.by_activity.size(); ++third) {
    merged.segments.by_activity[third] = merge_activity(folds, third);
    merged.segments.by_popularity[third] = merge_popularity(folds, third);
  }
  return merged;
}

}  // namespace marquee
