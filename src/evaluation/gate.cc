#include "evaluation/gate.h"

#include <fmt/format.h>

#include <algorithm>

namespace marquee {
namespace {

constexpr std::size_t kAt10 = 1;

double mean_at_10(const Evaluation& evaluation, Metric metric) {
  return evaluation.figures[static_cast<std::size_t>(metric)][kAt10].mean;
}

GateRule floor_rule(std::string_view name, double figure, double limit, std::string comment) {
  return {fmt::format("{} >= {:g}", name, limit), figure, limit, figure >= limit,
          std::move(comment)};
}

GateRule against_production(const GateEvidence& evidence, const GateOptions& options) {
  const double production = mean_at_10(*evidence.production, Metric::kNdcg);
  const Interval& difference = evidence.ndcg_difference;
  const double loss = production > 0 ? 0.0 - difference.mean / production : 0.0;
  return {fmt::format("ndcg@10 loss to production <= {:g}", options.max_ndcg_loss), loss,
          options.max_ndcg_loss, loss <= options.max_ndcg_loss || difference.high >= 0,
          fmt::format("{:.4f} against {:.4f}; difference {:+.4f}, 95 % interval {:+.4f} to {:+.4f}",
                      mean_at_10(evidence.candidate, Metric::kNdcg), production, difference.mean,
                      difference.low, difference.high)};
}

}  // namespace

GateVerdict judge_candidate(const GateEvidence& evidence, const GateOptions& options) {
  const Evaluation& candidate = evidence.candidate;
  const double coverage = candidate.lists.coverage;
  GateVerdict verdict;
  verdict.rules.push_back(
      floor_rule("users evaluated", static_cast<double>(candidate.outcomes.size()),
                 static_cast<double>(options.min_users), "users with held-out likes"));
  verdict.rules.push_back(floor_rule("precision@10", mean_at_10(candidate, Metric::kPrecision),
                                     options.min_precision_at_10,
                                     "share of the list that was liked"));
  verdict.rules.push_back(floor_rule("hit rate@10", mean_at_10(candidate, Metric::kHitRate),
                                     options.min_hit_rate_at_10, "users with at least one hit"));
  verdict.rules.push_back(
      floor_rule("coverage@10 over the popular list's",
                 evidence.popular_coverage > 0 ? coverage / evidence.popular_coverage : 0,
                 evidence.room_for_coverage * options.min_coverage_ratio,
                 fmt::format("{:.4f} over {:.4f}", coverage, evidence.popular_coverage)));
  if (evidence.production != nullptr)
    verdict.rules.push_back(against_production(evidence, options));
  verdict.passed = std::ranges::all_of(verdict.rules, &GateRule::passed);
  return verdict;
}

}  // namespace marquee
