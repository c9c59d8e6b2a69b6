// A backtest for a machine, for a person, and as a picture.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "evaluation/backtest.h"

namespace marquee {

// {"from", "to", "every_seconds", "learn", "untimed", "steps": [{"from", "to", "past", "events",
//  "users", "ndcg@10": {policy: …}, "recall@20": {…}}, …],
//  "policies": [{"name", "trainings", "users", …figures, "comparison": {…}}, …]}
nlohmann::json to_json(const Backtest& backtest);

// A table over time, then one over all with intervals and what the first policy is worth.
std::string to_text(const Backtest& backtest);

// NDCG@10 over time by policy: each point is the mean over the users of the last seven steps, one
// step alone has too few. SVG.
std::string to_svg(const Backtest& backtest);

}  // namespace marquee
