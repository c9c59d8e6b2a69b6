#include "evaluation/evaluation_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "evaluation/folds.h"
#include "model/list_floors.h"

namespace marquee {
namespace {

// What one hold-out gives.
struct Round {
  Evaluation candidate, popularity;
  std::optional<Evaluation> production, other;
  double popular_coverage = 0;
  std::string learned_json;
};

// One hold-out: fits configurations on its training part, each of them once.
class HoldOut {
 public:
  HoldOut(const Split& split, std::span<const Movie> catalogue, const EvaluationOptions& options,
          const TrainProgress& progress)
      : split_(split), catalogue_(catalogue), options_(options), progress_(progress) {}

  Result<Round> judge(const Config& candidate, const Rivals& rivals) {
    fits_ = 1 + rivals.production.has_value() + rivals.other.has_value();
    Round round;
    MARQUEE_ASSIGN(const auto model, fit(candidate.model, "candidate"));
    round.learned_json = model->learned_json;
    MARQUEE_ASSIGN(round.candidate, evaluate_model(*model, split_, options_));
    round.popularity = evaluate_ranking(rank_by_count(*model), *model, split_, options_);
    round.popular_coverage =
        measure_lists(unrated_lists(*model, model->popular_items.span(), 10), *model).coverage;
    judged_.emplace(model_entries_json(candidate), round.candidate);
    MARQUEE_ASSIGN(round.production, judge_rival(rivals.production));
    MARQUEE_ASSIGN(round.other, judge_rival(rivals.other));
    return round;
  }

 private:
  // With lists just long enough to be judged.
  Result<std::shared_ptr<const ModelData>> fit(ModelOptions options, const std::string& name) {
    options.precomputed_top_n = kLongestList;
    const double first = static_cast<double>(fitted_++) / fits_;
    const auto tell = [&, first](std::string_view step, double share) {
      if (progress_) progress_(fmt::format("{}: {}", name, step), first + share / fits_);
    };
    MARQUEE_ASSIGN(auto trained, train_hybrid(split_.train, catalogue_, options, Lineage{}, tell));
    return trained.model;
  }

  Result<std::optional<Evaluation>> judge_rival(const std::optional<Rival>& rival) {
    if (!rival) return std::nullopt;
    const std::string entries = model_entries_json(rival->config);
    if (const auto found = judged_.find(entries); found != judged_.end()) return found->second;
    MARQUEE_ASSIGN(const auto model, fit(rival->config.model, rival->name));
    MARQUEE_ASSIGN(auto evaluation, evaluate_model(*model, split_, options_));
    judged_.emplace(entries, evaluation);
    return evaluation;
  }

  const Split& split_;
  const std::span<const Movie> catalogue_;
  const EvaluationOptions& options_;
  const TrainProgress& progress_;
  std::map<std::string, Evaluation> judged_;  // by model_entries_json
  int fits_ = 1, fitted_ = 0;
};

TrainProgress progress_of_fold(const TrainProgress& progress, std::int64_t fold,
                               std::int64_t folds) {
  if (!progress || folds == 1) return progress;
  return [=](std::string_view step, double share) {
    progress(fmt::format("fold {} of {}, {}", fold + 1, folds, step),
             (static_cast<double>(fold) + share) / static_cast<double>(folds));
  };
}

// The evaluations of all rounds as one; nullopt where they have none.
std::optional<Evaluation> merged(const std::vector<Round>& rounds,
                                 std::optional<Evaluation> Round::* part,
                                 const EvaluationOptions& options) {
  std::vector<Evaluation> folds;
  for (const Round& round : rounds)
    if (round.*part) folds.push_back(*(round.*part));
  if (folds.empty()) return std::nullopt;
  return merge_folds(folds, options);
}

Evaluation merged(const std::vector<Round>& rounds, Evaluation Round::* part,
                  const EvaluationOptions& options) {
  std::vector<Evaluation> folds;
  for (const Round& round : rounds) folds.push_back(round.*part);
  return merge_folds(folds, options);
}

std::optional<RivalReport> report_of(const std::optional<Rival>& rival,
                                     std::optional<Evaluation> evaluation,
                                     const Evaluation& candidate, const Config& config) {
  if (!rival) return std::nullopt;
  return RivalReport{
      .name = rival->name,
      .same_configuration = model_entries_json(rival->config) == model_entries_json(config),
      .evaluation = *evaluation,
      .comparison = compare(candidate.outcomes, evaluation->outcomes, config.evaluation)};
}

double room_for_coverage(std::span<const Rating> ratings) {
  std::unordered_set<MovieId> movies;
  for (const Rating& rating : ratings) movies.insert(rating.movie);
  return room_for_floors(movies.size());
}

GateVerdict ask_gate(const EvaluationReport& report, double room, const GateOptions& options) {
  GateEvidence evidence{.candidate = report.candidate,
                        .popular_coverage = report.popular_coverage,
                        .room_for_coverage = room,
                        .production = nullptr,
                        .ndcg_difference = {}};
  if (report.production) {
    evidence.production = &report.production->evaluation;
    evidence.ndcg_difference = report.production->comparison.ndcg();
  }
  return judge_candidate(evidence, options);
}

// Does every hold-out, and notes in `report` how they were made.
Result<std::vector<Round>> judge_rounds(EvaluationReport& report, std::span<const Rating> ratings,
                                        std::span<const Movie> catalogue, const Config& candidate,
                                        const Rivals& rivals, const TrainProgress& progress) {
  const EvaluationOptions& options = candidate.evaluation;
  report.folds = std::max<std::int64_t>(1, options.folds);
  std::vector<Round> rounds;
  for (std::int64_t fold = 0; fold < report.folds; ++fold) {
    MARQUEE_ASSIGN(const Split split,
                   report.folds > 1 ? split_fold(ratings, fold, options)
                                    : split_ratings(ratings, candidate.model.validation, options));
    if (fold == 0) {
      report.split = split.kind;
      report.split_note = split.note;
      report.train_ratings = split.train.size();
    }
    report.test_ratings += split.test.size();
    const TrainProgress tell = progress_of_fold(progress, fold, report.folds);
    MARQUEE_ASSIGN(Round round, HoldOut(split, catalogue, options, tell).judge(candidate, rivals));
    rounds.push_back(std::move(round));
  }
  return rounds;
}

}  // namespace

Result<EvaluationReport> evaluate_candidate(std::span<const Rating> ratings,
                                            std::span<const Movie> catalogue,
                                            const Config& candidate, const Rivals& rivals,
                                            const TrainProgress& progress) {
  EvaluationReport report;
  MARQUEE_ASSIGN(const auto rounds,
                 judge_rounds(report, ratings, catalogue, candidate, rivals, progress));
  const EvaluationOptions& options = candidate.evaluation;
  report.candidate = merged(rounds, &Round::candidate, options);
  report.popularity = merged(rounds, &Round::popularity, options);
  report.learned_json = rounds.front().learned_json;
  for (const Round& round : rounds)
    report.popular_coverage += round.popular_coverage / static_cast<double>(rounds.size());
  report.production = report_of(rivals.production, merged(rounds, &Round::production, options),
                                report.candidate, candidate);
  report.other =
      report_of(rivals.other, merged(rounds, &Round::other, options), report.candidate, candidate);
  report.gate = ask_gate(report, room_for_coverage(ratings), candidate.gate);
  return report;
}

}  // namespace marquee
