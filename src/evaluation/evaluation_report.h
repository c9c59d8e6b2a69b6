// The whole evaluation of a candidate: what `marquee evaluate` does and prints.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "core/config.h"
#include "evaluation/comparison.h"
#include "evaluation/evaluation.h"
#include "evaluation/gate.h"
#include "model/hybrid_trainer.h"

namespace marquee {

// A configuration that the candidate's is compared with.
struct Rival {
  std::string name;  // for the report: a model's name
  Config config;
};

struct Rivals {
  std::optional<Rival> production;  // absent on a first deployment; the gate looks at it
  std::optional<Rival> other;       // any other model's
};

struct RivalReport {
  std::string name;
  bool same_configuration = false;  // as the candidate's: one fit serves both
  Evaluation evaluation;
  Comparison comparison;  // the candidate's minus the rival's
};

struct EvaluationReport {
  SplitKind split = SplitKind::kUser;
  std::string split_note;
  std::int64_t folds = 1;         // hold-outs; with several, figures are as of merge_folds
  std::size_t train_ratings = 0;  // of the first
  std::size_t test_ratings = 0;   // of all
  Evaluation candidate;
  std::string learned_json;     // what the first fit learned, see settings_learning.h
  Evaluation popularity;        // most-rated movies for everybody, as a yardstick
  double popular_coverage = 0;  // coverage@10 of the popular list that strangers are served
  std::optional<RivalReport> production;
  std::optional<RivalReport> other;
  GateVerdict gate;
};

// Splits, fits the candidate's configuration on the training part, judges it on the test part, does
// the same for each rival's configuration on the same parts, and asks the gate. The split follows
// candidate.model.validation, or is a k-fold where candidate.evaluation.folds is 2 or more. The
// models judged here are fitted anew: neither the deployed model nor a rival's own file is ever
// scored, because they may have seen the test part.
Result<EvaluationReport> evaluate_candidate(std::span<const Rating> ratings,
                                            std::span<const Movie> catalogue,
                                            const Config& candidate, const Rivals& rivals,
                                            const TrainProgress& progress = {});

nlohmann::json to_json(const EvaluationReport& report);
std::string to_text(const EvaluationReport& report);  // tables for a person, several lines

}  // namespace marquee
