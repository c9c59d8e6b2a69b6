#include "evaluation/evaluation_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace marquee {
namespace {

std::string_view name_of(SplitKind kind) {
  return kind == SplitKind::kTime ? "time" : "user";
}

// Fits a configuration on the training part with lists just long enough to be judged.
Result<std::shared_ptr<const ModelData>> fit(const Split& split, std::span<const Movie> catalogue,
                                             ModelOptions options, const TrainProgress& progress) {
  options.precomputed_top_n = kLongestList;
  MARQUEE_ASSIGN(auto trained, train_hybrid(split.train, catalogue, options, Lineage{}, progress));
  return trained.model;
}

// Progress of one of several equal stages.
TrainProgress stage(const TrainProgress& progress, std::string prefix, double first, double span) {
  if (!progress) return {};
  return [=](std::string_view step, double share) {
    progress(fmt::format("{}: {}", prefix, step), first + share * span);
  };
}

Status evaluate_production(EvaluationReport& report, const Split& split,
                           std::span<const Movie> catalogue, const Config& candidate,
                           const Config& production, const TrainProgress& progress) {
  report.production_is_same = model_entries_json(candidate) == model_entries_json(production);
  if (report.production_is_same) {
    report.production = report.candidate;
  } else {
    MARQUEE_ASSIGN(const auto model, fit(split, catalogue, production.model, progress));
    MARQUEE_ASSIGN(report.production, evaluate_model(*model, split, candidate.evaluation));
  }
  report.ndcg_difference = compare_ndcg(report.candidate, *report.production, candidate.evaluation);
  return {};
}

nlohmann::json to_json(const Interval& interval) {
  return {{"mean", interval.mean}, {"low", interval.low}, {"high", interval.high}};
}

nlohmann::json to_json(const std::array<ActivitySegment, 3>& thirds) {
  nlohmann::json json = nlohmann::json::array();
  for (const ActivitySegment& third : thirds)
    json.push_back({{"users", third.users},
                    {"most_ratings", third.most_ratings},
                    {"ndcg@10", third.ndcg_at_10}});
  return json;
}

nlohmann::json to_json(const std::array<PopularitySegment, 3>& thirds) {
  nlohmann::json json = nlohmann::json::array();
  for (const PopularitySegment& third : thirds)
    json.push_back(
        {{"movies", third.movies}, {"liked", third.liked}, {"recall@20", third.recall_at_20}});
  return json;
}

nlohmann::json to_json(const Evaluation& evaluation) {
  nlohmann::json json = {{"users_evaluated", evaluation.outcomes.size()},
                         {"coverage@10", evaluation.lists.coverage},
                         {"intra_list_diversity@10", evaluation.lists.intra_list_diversity},
                         {"user_diversity@10", evaluation.lists.user_diversity},
                         {"novelty@10", evaluation.lists.novelty},
                         {"gini@10", evaluation.lists.gini},
                         {"by_activity", to_json(evaluation.segments.by_activity)},
                         {"by_popularity", to_json(evaluation.segments.by_popularity)}};
  for (std::size_t m = 0; m < kMetricCount; ++m)
    for (std::size_t c = 0; c < kCutoffs.size(); ++c)
      json[fmt::format("{}@{}", marquee::name_of(static_cast<Metric>(m)), kCutoffs[c])] =
          to_json(evaluation.figures[m][c]);
  return json;
}

nlohmann::json to_json(const GateVerdict& verdict) {
  nlohmann::json rules = nlohmann::json::array();
  for (const GateRule& rule : verdict.rules)
    rules.push_back({{"rule", rule.name},
                     {"figure", rule.figure},
                     {"limit", rule.limit},
                     {"passed", rule.passed},
                     {"comment", rule.comment}});
  return {{"passed", verdict.passed}, {"rules", rules}};
}

std::string metric_table(const EvaluationReport& report) {
  std::string text =
      fmt::format("{:<14}{:>9}  {:<19}{:>12}", "", "candidate", " 95 % interval", "popularity");
  if (report.production) text += fmt::format("{:>12}", "production");
  text += '\n';
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    for (std::size_t c = 0; c < kCutoffs.size(); ++c) {
      const Interval& figure = report.candidate.figures[m][c];
      text +=
          fmt::format("{:<14}{:>9.4f}  {:.4f} to {:.4f}   {:>12.4f}",
                      fmt::format("{}@{}", marquee::name_of(static_cast<Metric>(m)), kCutoffs[c]),
                      figure.mean, figure.low, figure.high, report.popularity.figures[m][c].mean);
      if (report.production)
        text += fmt::format("{:>12.4f}", report.production->figures[m][c].mean);
      text += '\n';
    }
  }
  return text;
}

std::string list_table(const EvaluationReport& report) {
  const auto line = [&](std::string_view name, double ListQuality::* field) {
    std::string text = fmt::format("{:<24}{:>9.4f}{:>24.4f}", name, report.candidate.lists.*field,
                                   report.popularity.lists.*field);
    if (report.production) text += fmt::format("{:>12.4f}", report.production->lists.*field);
    return text + "\n";
  };
  return line("coverage@10", &ListQuality::coverage) +
         line("diversity in a list", &ListQuality::intra_list_diversity) +
         line("diversity of users", &ListQuality::user_diversity) +
         line("novelty, bits", &ListQuality::novelty) +
         line("Gini of what is shown", &ListQuality::gini);
}

std::string segment_table(const Segments& segments) {
  std::string text;
  for (const ActivitySegment& third : segments.by_activity)
    text += fmt::format("{:<44}{:>8.4f}  ndcg@10 of {} users\n",
                        fmt::format("users with up to {} ratings", third.most_ratings),
                        third.ndcg_at_10, third.users);
  constexpr std::array kNames = {"rare", "known", "popular"};
  for (std::size_t t = 0; t < kNames.size(); ++t) {
    const PopularitySegment& third = segments.by_popularity[t];
    text +=
        fmt::format("{:<44}{:>8.4f}  recall@20 of {} likes\n",
                    fmt::format("{} movies ({}, a third of the ratings)", kNames[t], third.movies),
                    third.recall_at_20, third.liked);
  }
  return text;
}

std::string gate_table(const GateVerdict& verdict) {
  std::string text;
  for (const GateRule& rule : verdict.rules)
    text += fmt::format("  {}  {:<46}{:>10.4f}  {}\n", rule.passed ? "pass" : "FAIL", rule.name,
                        rule.figure, rule.comment);
  return text;
}

}  // namespace

Result<EvaluationReport> evaluate_candidate(std::span<const Rating> ratings,
                                            std::span<const Movie> catalogue,
                                            const Config& candidate,
                                            const std::optional<Config>& production,
                                            const TrainProgress& progress) {
  MARQUEE_ASSIGN(const Split split,
                 split_ratings(ratings, candidate.model.validation, candidate.evaluation));
  EvaluationReport report;
  report.split = split.kind;
  report.split_note = split.note;
  report.train_ratings = split.train.size();
  report.test_ratings = split.test.size();
  MARQUEE_ASSIGN(const auto model,
                 fit(split, catalogue, candidate.model, stage(progress, "candidate", 0, 0.5)));
  report.learned_json = model->learned_json;
  MARQUEE_ASSIGN(report.candidate, evaluate_model(*model, split, candidate.evaluation));
  report.popularity = evaluate_ranking(rank_by_count(*model), *model, split, candidate.evaluation);
  report.popular_coverage =
      measure_lists(unrated_lists(*model, model->popular_items.span(), 10), *model).coverage;
  if (production)
    MARQUEE_TRY(evaluate_production(report, split, catalogue, candidate, *production,
                                    stage(progress, "production", 0.5, 0.5)));
  report.gate = judge_candidate({.candidate = report.candidate,
                                 .popular_coverage = report.popular_coverage,
                                 .production = report.production ? &*report.production : nullptr,
                                 .ndcg_difference = report.ndcg_difference},
                                candidate.gate);
  return report;
}

nlohmann::json to_json(const EvaluationReport& report) {
  nlohmann::json json = {{"split", name_of(report.split)},
                         {"split_note", report.split_note},
                         {"train_ratings", report.train_ratings},
                         {"test_ratings", report.test_ratings},
                         {"candidate", to_json(report.candidate)},
                         {"popularity", to_json(report.popularity)},
                         {"popular_list_coverage@10", report.popular_coverage},
                         {"learned", nlohmann::json::parse(report.learned_json, nullptr, false)},
                         {"gate", to_json(report.gate)}};
  if (report.production) {
    json["production"] = to_json(*report.production);
    json["production_is_same_configuration"] = report.production_is_same;
    json["ndcg@10_difference"] = to_json(report.ndcg_difference);
  }
  return json;
}

std::string to_text(const EvaluationReport& report) {
  std::string text =
      fmt::format("Hold-out by {} ({}): fitted on {} ratings, judged on {} of {} users.\n\n",
                  name_of(report.split), report.split_note, report.train_ratings,
                  report.test_ratings, report.candidate.outcomes.size());
  text += metric_table(report) + "\n" + list_table(report) + "\n" +
          segment_table(report.candidate.segments) + "\nGate:\n" + gate_table(report.gate);
  text += report.gate.passed ? "The candidate may be deployed.\n"
                             : "The candidate is refused; the present model stays.\n";
  return text;
}

}  // namespace marquee
