// The step that all ways of training share: fit, write, and tell what it took.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "model/hybrid_trainer.h"
#include "pipeline/task.h"

namespace marquee {

struct TrainingInput {
  std::span<const Rating> ratings;
  std::span<const Movie> movies;
  std::string run_id;
  std::string snapshot_json;  // what was read, for the lineage
  // Where an earlier training left the sums of its pairs and this one leaves its own; empty:
  // neither.
  std::filesystem::path pair_sums = {};
};

// Fits by config.model.
Result<TrainedModel> fit(const Config& config, const TrainingInput& input, const Progress& progress,
                         const PairKeeping& pairs = {});

// Fits and writes to `path`; figures and text are the summary: rows, time a step, peak memory, file
// size. Pair sums that cannot be read or written are a warning: they only save time.
Result<TaskOutcome> fit_and_write(const Config& config, const TrainingInput& input,
                                  const std::filesystem::path& path, const Progress& progress);

}  // namespace marquee
