// Figures and comparisons as JSON and as tables, for every report that shows some.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "evaluation/comparison.h"
#include "evaluation/evaluation.h"

namespace marquee {

// "ndcg@10"
std::string figure_name(Metric metric, int cutoff);

// {"mean", "low", "high"}
nlohmann::json to_json(const Interval& interval);
// {"precision@5": {"mean", "low", "high"}, …}
nlohmann::json to_json(const FigureIntervals& figures);
// {"users", "difference": {"ndcg@10": {"mean", "low", "high"}, …}, "floor", "verdict"}
nlohmann::json to_json(const Comparison& comparison);

// A line a metric and one with the verdict.
std::string to_text(const Comparison& comparison);

}  // namespace marquee
