// What `marquee backtest` does: replays the history of a data dir, or of files, and says what the
// nightly run is worth.
#pragma once

#include <filesystem>
#include <string>

#include "evaluation/backtest.h"
#include "pipeline/tasks.h"

namespace marquee {

// Reads what was typed: `from` and `to` are ISO 8601 dates or times, `every` a whole number and a
// unit, "1d", "12h", "30m", "1w". kUsage names what is wrong.
Result<BacktestPlan> backtest_plan(std::string_view from, std::string_view to,
                                   std::string_view every);

struct BacktestData {
  std::filesystem::path ratings;  // empty: the data dir's newest ratings and movies
  std::filesystem::path movies;
};

struct BacktestOutcome {
  TaskReport report;
  std::string svg;
};

// Trains with the code and the configuration of `train`, on what lies before each step. Changes
// nothing but that events which wait in an embedded stream are applied, as by every run. Errors as
// of replay().
Result<BacktestOutcome> run_backtest(const Config& config, Clock& clock, const BacktestPlan& plan,
                                     const BacktestData& data, const Progress& progress = {});

}  // namespace marquee
