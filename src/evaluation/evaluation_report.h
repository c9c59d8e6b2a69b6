// The whole evaluation of a candidate: what `marquee evaluate` does and prints.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "core/config.h"
#include "evaluation/evaluation.h"
#include "evaluation/gate.h"
#include "model/hybrid_trainer.h"

namespace marquee {

struct EvaluationReport {
  SplitKind split = SplitKind::kUser;
  std::string split_note;
  std::size_t train_ratings = 0;
  std::size_t test_ratings = 0;
  Evaluation candidate;
  std::string learned_json;  // what the fit on the training part learned, see settings_learning.h
  Evaluation popularity;     // most-rated movies for everybody, as a yardstick
  double popular_coverage = 0;  // coverage@10 of the popular list that strangers are served
  std::optional<Evaluation> production;  // absent on a first deployment
  bool production_is_same =
      false;                 // production's configuration is the candidate's: one fit serves both
  Interval ndcg_difference;  // candidate - production
  GateVerdict gate;
};

// Splits, fits the candidate's configuration on the training part, judges it on the test part, does
// the same for production's configuration on the same parts, and asks the gate. The split follows
// candidate.model.validation. The models judged here are fitted anew: neither the deployed model
// nor production's own file is ever scored, because both have seen the test part.
Result<EvaluationReport> evaluate_candidate(std::span<const Rating> ratings,
                                            std::span<const Movie> catalogue,
                                            const Config& candidate,
                                            const std::optional<Config>& production,
                                            const TrainProgress& progress = {});

nlohmann::json to_json(const EvaluationReport& report);
std::string to_text(const EvaluationReport& report);  // tables for a person, several lines

}  // namespace marquee
