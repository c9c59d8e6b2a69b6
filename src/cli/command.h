// cli/ wires the rooms to a command line: main() and one file a subcommand, no logic of its own.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/config.h"

namespace marquee::cli {

// What every subcommand shares: the global options, read before it runs.
struct Context {
  Config config;
  SystemClock clock;
  bool json = false;   // one JSON object on standard output instead of text
  bool quiet = false;  // nothing but errors and results

  // Prints a result: `record` as one line with --json, else `text` (not with --quiet). An error that follows is then
  // told on standard error only, so that standard output holds one object.
  void print(const nlohmann::json& record, const std::string& text) const;
  mutable bool printed = false;
};

// A subcommand's body. An Error is printed by main (to standard error; as JSON on standard output too with
// --json) and becomes the exit code.
using Body = std::function<Status(Context&)>;

// Adds a subcommand with its help, an example, and the body to run when it is chosen.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& help,
                      const std::string& example, Body body);

// One per file command_<name>.cc; each adds its subcommand(s) to the app.
void add_import(CLI::App& app);
void add_generate(CLI::App& app);
void add_produce(CLI::App& app);
void add_consume(CLI::App& app);
void add_backtest(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_tasks(CLI::App& app);      // validate, extract-features, train, evaluate, deploy, reload
void add_pipeline(CLI::App& app);   // pipeline run, pipeline schedule
void add_recommend(CLI::App& app);
void add_similar(CLI::App& app);
void add_lake(CLI::App& app);       // lake ls, verify
void add_models(CLI::App& app);     // models list, show, diff, rollback, prune
void add_serve(CLI::App& app);
void add_features(CLI::App& app);   // features get
void add_forget(CLI::App& app);
void add_doctor(CLI::App& app);

}  // namespace marquee::cli
