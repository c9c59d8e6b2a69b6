// Two models judged on the same users: is one better than the other, by more than what matters?
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "core/config.h"
#include "evaluation/bootstrap.h"
#include "evaluation/metrics.h"

namespace marquee {

// What an interval of differences says, given the smallest difference that matters.
//   kBetter, kWorse  surely another than 0, and in the mean at least as large as what matters
//   kNone            surely smaller than what matters
//   kUndecided       there are too few users to tell
enum class Effect { kBetter, kWorse, kNone, kUndecided };
// "better", "worse", "no difference that matters", "undecided"
std::string_view name_of(Effect effect);

// `floor` is 0 or more; sure is what the whole interval agrees on.
Effect effect_of(const Interval& difference, double floor);

struct Comparison {
  std::size_t users = 0;                             // judged in both
  std::array<Interval, kMetricCount> differences{};  // by metric, at 10; the first minus the second
  double floor = 0;                                  // min_effect times the second's NDCG@10
  Effect effect = Effect::kUndecided;                // of the first, by NDCG@10

  const Interval& ndcg() const { return differences[static_cast<std::size_t>(Metric::kNdcg)]; }
};

// Paired by user; users of only one of the two are left out. Both by ascending user.
Comparison compare(std::span<const UserOutcome> first, std::span<const UserOutcome> second,
                   const EvaluationOptions& options);

}  // namespace marquee
