#include "pipeline/judge_scores.h"

#include "datasets/dataset.h"
#include "datasets/scores_reader.h"
#include "evaluation/figures_text.h"
#include "evaluation/scored_lists.h"

namespace marquee {
namespace {

std::string figure_table(const FigureIntervals& figures, std::size_t users) {
  std::string text = fmt::format("{} users judged\n", users);
  for (std::size_t m = 0; m < kMetricCount; ++m)
    for (std::size_t c = 0; c < kCutoffs.size(); ++c)
      text += fmt::format("{:<14}{:>9.4f}  95 % interval {:.4f} to {:.4f}\n",
                          figure_name(static_cast<Metric>(m), kCutoffs[c]), figures[m][c].mean,
                          figures[m][c].low, figures[m][c].high);
  return text;
}

}  // namespace

Result<TaskReport> judge_scores(const Config& config, const ScoredFiles& files) {
  MARQUEE_ASSIGN(const auto scores, read_scores(files.scores));
  MARQUEE_ASSIGN(const Dataset test, read_dataset(files.test, "", config.import, config.events));
  const auto lists = rank_by_score(scores, kLongestList);
  const auto outcomes = judge_users(
      latest_ratings(test.ratings), config.evaluation.relevant_rating, [&](UserId user) {
        const auto found = lists.find(user);
        return found == lists.end() ? std::vector<MovieId>{} : found->second;
      });
  if (outcomes.empty())
    return fail(ErrorCode::kUnfit, "no user has a relevant rating in the test", files.test.string(),
                "give held-out ratings, or lower evaluation.relevant_rating");
  const FigureIntervals figures = intervals_of(outcomes, config.evaluation);
  nlohmann::json record = to_json(figures);
  record["users_evaluated"] = outcomes.size();
  return TaskReport{std::move(record), figure_table(figures, outcomes.size())};
}

}  // namespace marquee
