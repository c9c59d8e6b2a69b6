// The evaluation report as JSON and as text.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "evaluation/evaluation_report.h"
#include "evaluation/figures_text.h"

namespace marquee {
namespace {

std::string_view name_of(SplitKind kind) {
  return kind == SplitKind::kTime ? "time" : "user";
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
  nlohmann::json json = to_json(evaluation.figures);
  json.update({{"users_evaluated", evaluation.outcomes.size()},
               {"coverage@10", evaluation.lists.coverage},
               {"intra_list_diversity@10", evaluation.lists.intra_list_diversity},
               {"user_diversity@10", evaluation.lists.user_diversity},
               {"novelty@10", evaluation.lists.novelty},
               {"gini@10", evaluation.lists.gini},
               {"by_activity", to_json(evaluation.segments.by_activity)},
               {"by_popularity", to_json(evaluation.segments.by_popularity)}});
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

// Columns beside the candidate's: popularity, and each rival there is.
struct Column {
  std::string_view title;
  const Evaluation* evaluation = nullptr;
};

std::vector<Column> columns_of(const EvaluationReport& report) {
  std::vector<Column> columns = {{"popularity", &report.popularity}};
  if (report.production) columns.push_back({"production", &report.production->evaluation});
  if (report.other) columns.push_back({"against", &report.other->evaluation});
  return columns;
}

std::string metric_table(const EvaluationReport& report) {
  const auto columns = columns_of(report);
  std::string text = fmt::format("{:<14}{:>9}  {:<19}", "", "candidate", " 95 % interval");
  for (const Column& column : columns) text += fmt::format("{:>12}", column.title);
  text += '\n';
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    for (std::size_t c = 0; c < kCutoffs.size(); ++c) {
      const Interval& figure = report.candidate.figures[m][c];
      text += fmt::format("{:<14}{:>9.4f}  {:.4f} to {:.4f}   ",
                          figure_name(static_cast<Metric>(m), kCutoffs[c]), figure.mean, figure.low,
                          figure.high);
      for (const Column& column : columns)
        text += fmt::format("{:>12.4f}", column.evaluation->figures[m][c].mean);
      text += '\n';
    }
  }
  return text;
}

std::string list_table(const EvaluationReport& report) {
  const auto columns = columns_of(report);
  const auto line = [&](std::string_view name, double ListQuality::* field) {
    std::string text = fmt::format("{:<24}{:>9.4f}{:12}", name, report.candidate.lists.*field, "");
    for (const Column& column : columns)
      text += fmt::format("{:>12.4f}", column.evaluation->lists.*field);
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

std::string rival_text(std::string_view role, const RivalReport& rival) {
  return fmt::format("\nCandidate minus {} ({}, {}):\n{}", role, rival.name,
                     rival.same_configuration ? "of the same configuration"
                                              : "its configuration fitted on the same ratings",
                     to_text(rival.comparison));
}

nlohmann::json to_json(const RivalReport& rival) {
  nlohmann::json json = to_json(rival.evaluation);
  json["model"] = rival.name;
  json["same_configuration"] = rival.same_configuration;
  json["comparison"] = to_json(rival.comparison);
  return json;
}

}  // namespace

nlohmann::json to_json(const EvaluationReport& report) {
  nlohmann::json json = {{"split", name_of(report.split)},
                         {"split_note", report.split_note},
                         {"folds", report.folds},
                         {"train_ratings", report.train_ratings},
                         {"test_ratings", report.test_ratings},
                         {"candidate", to_json(report.candidate)},
                         {"popularity", to_json(report.popularity)},
                         {"popular_list_coverage@10", report.popular_coverage},
                         {"learned", nlohmann::json::parse(report.learned_json, nullptr, false)},
                         {"gate", to_json(report.gate)}};
  if (report.production) {
    json["production"] = to_json(*report.production);
    json["production_is_same_configuration"] = report.production->same_configuration;
    json["ndcg@10_difference"] = to_json(report.production->comparison.ndcg());
  }
  if (report.other) json["against"] = to_json(*report.other);
  return json;
}

std::string to_text(const EvaluationReport& report) {
  std::string text =
      fmt::format("Hold-out by {} ({}): fitted on {} ratings, judged on {} of {} users.\n\n",
                  name_of(report.split), report.split_note, report.train_ratings,
                  report.test_ratings, report.candidate.outcomes.size());
  text += metric_table(report) + "\n" + list_table(report) + "\n" +
          segment_table(report.candidate.segments);
  if (report.production && !report.production->same_configuration)
    text += rival_text("production", *report.production);
  if (report.other) text += rival_text("the other", *report.other);
  text += "\nGate:\n" + gate_table(report.gate);
  text += report.gate.passed ? "The candidate may be deployed.\n"
                             : "The candidate is refused; the present model stays.\n";
  return text;
}

}  // namespace marquee
