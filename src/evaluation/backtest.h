// Replays history in time: what models that were trained on one schedule or another would have been
// worth to the people who came next.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/config.h"
#include "evaluation/comparison.h"
#include "evaluation/evaluation.h"
#include "model/hybrid_trainer.h"

namespace marquee {

// Steps begin at `from` and at every `every` after it, before `to`; the last one may be shorter.
struct BacktestPlan {
  TimeMicros from = 0;
  TimeMicros to = 0;
  TimeMicros every = 0;
  bool learn_every_time = false;  // false: what the first fit learned is kept for all others
};

// How lists are kept fresh.
struct RetrainPolicy {
  std::string name;             // "daily", "every 12h", "never", "never, fold-in"
  std::size_t every_steps = 0;  // trained anew at every so many steps; 0: at the first alone
  bool fold_in = false;         // a user's ratings since then count, as with server.fold_in
  std::size_t trainings(std::size_t steps) const;
  std::size_t trained_at(std::size_t step) const;  // the step whose model is served at `step`
};

// Trained at every step, at every seventh, and never again; then the latter two with fold-in. Of
// the first there is none: at the cut of a step it has nothing to fold in.
std::vector<RetrainPolicy> retrain_policies(TimeMicros every);

// What came of one step.
struct BacktestStep {
  TimeMicros cut = 0;         // models of this step know what is older
  TimeMicros end = 0;         // judged on what lies in [cut, end)
  std::size_t past = 0;       // ratings before the cut
  std::size_t events = 0;     // ratings in [cut, end)
  std::size_t users = 0;      // judged: with a rating before the cut and a like in [cut, end)
  std::vector<Figures> mean;  // over these users, by policy; 0 without any
};

struct PolicyOutcome {
  RetrainPolicy policy;
  std::vector<UserOutcome> outcomes;  // of each user the mean over the steps in which it was judged
  FigureIntervals figures;            // over users
  Comparison first_minus_this;        // the first policy, the freshest, against this one
};

struct Backtest {
  BacktestPlan plan;
  std::size_t untimed = 0;  // ratings without a time: they have no place in history, left out
  std::vector<BacktestStep> steps;
  std::vector<PolicyOutcome> policies;
};

// Fits a model on ratings (in any order) with these options.
using FitModel = std::function<Result<std::shared_ptr<const ModelData>>(
    std::span<const Rating> past, const ModelOptions& options, const TrainProgress& progress)>;

// What is handed to `fit` for a step is older than its cut, without exception, and a policy serves
// nothing but the list that serving would give from its latest model: known users their own, others
// the popular one. Movies that a user rated after that model was trained may stand in it again, as
// they do when served. With fold-in a list is made of the user's ratings before the cut and names
// none of them, for users that the model does not know, too. All policies are judged on the same
// users and likes.
//
// `ratings` are resolved, one a pair: where somebody rated a movie again, only the last time is
// known. At most one model for each of three schedules, and one more, are held at once. kUsage when
// the plan cannot be meant; kUnfit without times, without ratings before `from`, or with nobody to
// judge.
Result<Backtest> replay(std::vector<Rating> ratings, const BacktestPlan& plan, const Config& config,
                        const FitModel& fit, const TrainProgress& progress = {});

}  // namespace marquee
