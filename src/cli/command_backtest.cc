#include "cli/command.h"
#include "cli/task_console.h"
#include "core/durable_file.h"
#include "pipeline/backtest.h"

namespace marquee::cli {
namespace {

struct Arguments {
  std::string from, to, every = "1d", learn = "first";
  BacktestData data;
  std::string report, plot;
};

Status check(const Arguments& arguments) {
  if (arguments.data.ratings.empty() && !arguments.data.movies.empty())
    return fail(ErrorCode::kUsage, "--movies goes with --ratings", "backtest",
                "give both, or neither to replay the data dir's ratings");
  return {};
}

Status write_files(const Arguments& arguments, const BacktestOutcome& outcome) {
  if (!arguments.report.empty())
    MARQUEE_TRY(write_file_durably(arguments.report, outcome.report.record.dump(2) + "\n"));
  if (!arguments.plot.empty()) MARQUEE_TRY(write_file_durably(arguments.plot, outcome.svg));
  return {};
}

Status backtest(Context& context, const Arguments& arguments) {
  MARQUEE_TRY(check(arguments));
  MARQUEE_ASSIGN(BacktestPlan plan, backtest_plan(arguments.from, arguments.to, arguments.every));
  plan.learn_every_time = arguments.learn == "every";
  TaskConsole console(context);
  auto outcome = run_backtest(
      context.config, context.clock, plan, arguments.data,
      [&](std::string_view step, double share) { console.show_progress(step, share); });
  if (!outcome) return console.finish(std::unexpected(std::move(outcome.error())));
  console.show_report(outcome->report);
  MARQUEE_TRY(console.finish(outcome->report));
  return write_files(arguments, *outcome);
}

}  // namespace

void add_backtest(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_command(
      app, "backtest",
      "Replays history: what retraining daily, weekly or never would be worth, and fold-in",
      "marquee backtest --from 1998-03-01 --to 1998-04-23 --every 1d --plot backtest.svg",
      [arguments](Context& context) { return backtest(context, *arguments); });
  command->add_option("--from", arguments->from, "Where the first step begins, UTC")
      ->type_name("DATE")
      ->required();
  command->add_option("--to", arguments->to, "Where the last step ends")
      ->type_name("DATE")
      ->required();
  command->add_option("--every", arguments->every, "How long a step is: 1d, 12h, 1w")
      ->capture_default_str();
  command
      ->add_option("--learn", arguments->learn,
                   "When weights are learned: by the first training, or by every one (slower)")
      ->check(CLI::IsMember({"first", "every"}))
      ->capture_default_str();
  command->add_option("--ratings", arguments->data.ratings, "Replay this file; no store is touched")
      ->type_name("FILE");
  command->add_option("--movies", arguments->data.movies, "The movies that go with --ratings")
      ->type_name("FILE");
  command->add_option("--report", arguments->report, "Write all figures here as JSON")
      ->type_name("FILE");
  command->add_option("--plot", arguments->plot, "Draw quality over time here as SVG")
      ->type_name("FILE");
}

}  // namespace marquee::cli
