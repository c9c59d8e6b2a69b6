// Judging rankings that another program made, with the evaluator that judges ours. What
// `marquee evaluate --scores … --test …` does.
#pragma once

#include <filesystem>

#include "pipeline/tasks.h"

namespace marquee {

struct ScoredFiles {
  std::filesystem::path scores;  // as for read_scores; movies a user had already, left out
  std::filesystem::path test;    // held-out ratings, as for read_dataset
};

// Precision to MRR at 5, 10 and 20 with intervals, over the users with something relevant in the
// test; a user without scores counts 0. kUnfit when nobody has. Touches no store and no run.
Result<TaskReport> judge_scores(const Config& config, const ScoredFiles& files);

}  // namespace marquee
