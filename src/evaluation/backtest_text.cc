#include "evaluation/backtest_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "core/text_table.h"
#include "core/timestamp.h"
#include "evaluation/figures_text.h"
#include "evaluation/line_plot.h"

namespace marquee {
namespace {

constexpr auto kNdcg = static_cast<std::size_t>(Metric::kNdcg);
constexpr auto kRecall = static_cast<std::size_t>(Metric::kRecall);
constexpr std::size_t kAt10 = 1, kAt20 = 2;
constexpr std::size_t kSmoothedSteps = 7;
constexpr TimeMicros kDay = 86'400 * kMicrosPerSecond;

nlohmann::json by_policy(const Backtest& backtest, const BacktestStep& step, std::size_t metric,
                         std::size_t cutoff) {
  nlohmann::json json = nlohmann::json::object();
  for (std::size_t p = 0; p < backtest.policies.size(); ++p)
    json[backtest.policies[p].policy.name] = step.mean[p][metric][cutoff];
  return json;
}

nlohmann::json step_json(const Backtest& backtest, const BacktestStep& step) {
  nlohmann::json json = {{"from", format_timestamp(step.cut)},
                         {"to", format_timestamp(step.end)},
                         {"past", step.past},
                         {"events", step.events},
                         {"users", step.users}};
  if (step.users == 0) return json;
  json["ndcg@10"] = by_policy(backtest, step, kNdcg, kAt10);
  json["recall@20"] = by_policy(backtest, step, kRecall, kAt20);
  return json;
}

nlohmann::json policy_json(const PolicyOutcome& outcome, std::size_t steps) {
  nlohmann::json json = to_json(outcome.figures);
  json["name"] = outcome.policy.name;
  json["trainings"] = outcome.policy.trainings(steps);
  json["users"] = outcome.outcomes.size();
  json["comparison"] = to_json(outcome.first_minus_this);
  return json;
}

std::string moment(const Backtest& backtest, TimeMicros time) {
  const bool whole_days = backtest.plan.every % kDay == 0 && backtest.plan.from % kDay == 0;
  return whole_days ? format_date(time) : format_timestamp(time);
}

std::string step_table(const Backtest& backtest) {
  std::vector<TextTable::Column> columns = {{"from", TextTable::Align::kLeft},
                                            {"ratings before", TextTable::Align::kRight},
                                            {"in step", TextTable::Align::kRight},
                                            {"users", TextTable::Align::kRight}};
  for (const PolicyOutcome& outcome : backtest.policies)
    columns.push_back({outcome.policy.name, TextTable::Align::kRight});
  TextTable table(std::move(columns));
  for (const BacktestStep& step : backtest.steps) {
    std::vector<std::string> cells = {moment(backtest, step.cut), fmt::format("{}", step.past),
                                      fmt::format("{}", step.events),
                                      fmt::format("{}", step.users)};
    for (const Figures& figures : step.mean)
      cells.push_back(step.users == 0 ? "-" : fmt::format("{:.4f}", figures[kNdcg][kAt10]));
    table.add(std::move(cells));
  }
  return table.text();
}

std::string interval_text(const Interval& interval, bool with_sign) {
  return with_sign
             ? fmt::format("{:+.4f} ({:+.4f} to {:+.4f})", interval.mean, interval.low,
                           interval.high)
             : fmt::format("{:.4f} ({:.4f} to {:.4f})", interval.mean, interval.low, interval.high);
}

std::string summary_table(const Backtest& backtest) {
  const std::string& first = backtest.policies.front().policy.name;
  TextTable table({{"trained", TextTable::Align::kLeft},
                   {"times", TextTable::Align::kRight},
                   {"ndcg@10 (95 % interval)", TextTable::Align::kLeft},
                   {"recall@20", TextTable::Align::kRight},
                   {first + " minus it, ndcg@10", TextTable::Align::kLeft},
                   {first + " is", TextTable::Align::kLeft}});
  for (const PolicyOutcome& outcome : backtest.policies) {
    const bool itself = &outcome == &backtest.policies.front();
    const Comparison& comparison = outcome.first_minus_this;
    table.add({outcome.policy.name,
               fmt::format("{}", outcome.policy.trainings(backtest.steps.size())),
               interval_text(outcome.figures[kNdcg][kAt10], false),
               fmt::format("{:.4f}", outcome.figures[kRecall][kAt20].mean),
               itself ? "" : interval_text(comparison.ndcg(), true),
               itself ? "" : std::string(name_of(comparison.effect))});
  }
  return table.text();
}

// The mean of the last steps up to `last`, each step counting by its users; nullopt without users.
std::optional<double> smoothed(const Backtest& backtest, std::size_t policy, std::size_t last) {
  double sum = 0, users = 0;
  for (std::size_t s = last + 1 - std::min(last + 1, kSmoothedSteps); s <= last; ++s) {
    const auto count = static_cast<double>(backtest.steps[s].users);
    sum += count * backtest.steps[s].mean[policy][kNdcg][kAt10];
    users += count;
  }
  if (users == 0) return std::nullopt;
  return sum / users;
}

}  // namespace

nlohmann::json to_json(const Backtest& backtest) {
  nlohmann::json steps = nlohmann::json::array(), policies = nlohmann::json::array();
  for (const BacktestStep& step : backtest.steps) steps.push_back(step_json(backtest, step));
  for (const PolicyOutcome& outcome : backtest.policies)
    policies.push_back(policy_json(outcome, backtest.steps.size()));
  return {{"from", format_timestamp(backtest.plan.from)},
          {"to", format_timestamp(backtest.plan.to)},
          {"every_seconds", backtest.plan.every / kMicrosPerSecond},
          {"learn", backtest.plan.learn_every_time ? "every" : "first"},
          {"untimed", backtest.untimed},
          {"steps", steps},
          {"policies", policies}};
}

std::string to_text(const Backtest& backtest) {
  std::string text = step_table(backtest);
  text += fmt::format("\n{} users who came back, each counted once over all steps:\n",
                      backtest.policies.front().outcomes.size());
  text += summary_table(backtest);
  if (backtest.untimed > 0)
    text += fmt::format("{} ratings without a time were left out\n", backtest.untimed);
  return text;
}

std::string to_svg(const Backtest& backtest) {
  LinePlot plot{.title = "What retraining is worth: NDCG@10 of those who came back",
                .x_label = "time (each point: the last seven steps, by users)",
                .y_label = "NDCG@10",
                .x_text =
                    [](double seconds) {
                      return format_date(static_cast<TimeMicros>(seconds) * kMicrosPerSecond);
                    },
                .series = {}};
  for (std::size_t p = 0; p < backtest.policies.size(); ++p) {
    plot.series.push_back({backtest.policies[p].policy.name, {}});
    for (std::size_t s = 0; s < backtest.steps.size(); ++s)
      if (const auto mean = smoothed(backtest, p, s))
        plot.series.back().points.emplace_back(
            static_cast<double>(backtest.steps[s].cut / kMicrosPerSecond), *mean);
  }
  return to_svg(plot);
}

}  // namespace marquee
