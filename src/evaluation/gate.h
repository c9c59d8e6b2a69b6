// The gate: may a candidate take production's place?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "evaluation/evaluation.h"

namespace marquee {

struct GateRule {
  std::string name;   // "precision@10 >= 0.01"
  double figure = 0;  // what was measured
  double limit = 0;   // what is asked for
  bool passed = false;
  std::string comment;  // in words, with the interval where there is one
};

struct GateVerdict {
  std::vector<GateRule> rules;
  bool passed = false;  // every rule
};

// What the gate looks at. `production` is production's configuration fitted on the same training
// part; absent on a first deployment, when only the floors count.
struct GateEvidence {
  const Evaluation& candidate;
  double popular_coverage = 0;  // coverage@10 of the popular list
  // What of the floor of coverage holds: training holds no more either (list_floors.h).
  double room_for_coverage = 1;
  const Evaluation* production = nullptr;
  Interval ndcg_difference;  // candidate - production, where there is a production
};

GateVerdict judge_candidate(const GateEvidence& evidence, const GateOptions& options);

}  // namespace marquee
