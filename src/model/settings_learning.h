// Learns what the configuration leaves open: weights of the parts, how fast things age, ridges. On
// cuts of the training data alone, within a budget of arithmetic and not of time, so that the same
// data gives the same settings on any machine of a kind.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "core/error.h"
#include "model/grade_choice.h"
#include "model/part_fitting.h"

namespace marquee {

struct LearnedSettings {
  ModelOptions options;  // nothing left open
  // {"settings": {"model.cf_weight": 0.7, …}, "validation": "time", "note": …, "cuts": 5,
  //  "users": 480, "sample": {"users": 8000, "movies": 6000}, "evaluations": 350, "ndcg@10": …,
  //  "coverage@10_movies": …, "user_diversity": …, "floors": {…}, "alone": {"item_item": …},
  //  "grades": […], "ridges": […], "curve": [[evaluations, ndcg], …]};
  // "settings" holds what was open, as it is read back by with_model_entries.
  std::string json;
};

// How many cuts there are: enough for 1,000 judged users, at most 5, and no more than model.
// learn_budget pays for. Ridges are tried at several strengths where the budget pays for that too;
// large data is learned from by a sample (learning_plan.h). With less than 20 judged users, or
// where nothing is to be learned, the rules of strengths.h stand, and the note says why.
Result<LearnedSettings> learn_settings(const FitInput& input, const ModelOptions& asked,
                                       const FitProgress& progress = {});

// Adds to the report which grades were chosen, where `asked` left them open.
void note_grades(LearnedSettings& learned, const GradeChoice& choice, const ModelOptions& asked);

// Holds the fitted model to the floor of coverage on its own lists: lowers the popularity part's
// weight where it is open, in `learned` and in `fitted`, and adds "lists" to the report.
void hold_floors(LearnedSettings& learned, ModelData& fitted, const InteractionMatrix& matrix,
                 const ModelOptions& asked);

}  // namespace marquee
