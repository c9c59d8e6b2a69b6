#include "cli/command.h"
#include "cli/signal_stop.h"
#include "cli/task_console.h"
#include "core/log.h"
#include "pipeline/nightly.h"
#include "pipeline/run_data.h"
#include "pipeline/tasks.h"

namespace marquee::cli {
namespace {

struct RunOptions {
  std::string run_id;
  bool wait = false;
};

Result<std::string> choose_run(const Context& context, const RunOptions& options) {
  if (!options.run_id.empty()) return normalise_run_id(options.run_id);
  if (auto resumed = run_to_resume(context.config)) {
    spdlog::info("going on with run {}, which was cut short; nothing is new since its snapshot",
                 *resumed);
    return *resumed;
  }
  return new_run_id(context.config, context.clock);
}

Status run(Context& context, const RunOptions& options) {
  MARQUEE_ASSIGN(std::string run_id, choose_run(context, options));
  TaskConsole console(context);
  return console.finish(run_pipeline(console.context_of(std::move(run_id), options.wait)));
}

Status schedule(Context& context) {
  const SignalStop stop;
  const auto show = [&](const TaskReport& report) { context.print(report.record, report.text); };
  MARQUEE_ASSIGN(Scheduler scheduler,
                 Scheduler::create(context.config, context.clock,
                                   nightly_job(context.config, context.clock, show)));
  spdlog::info("scheduled '{}' in {}; stop with Ctrl-C", context.config.schedule.cron,
               context.config.schedule.timezone);
  scheduler.run(stop.token());
  return {};
}

}  // namespace

void add_pipeline(CLI::App& app) {
  CLI::App* pipeline =
      app.add_subcommand("pipeline", "The whole night: all six tasks on one snapshot");
  pipeline->require_subcommand(1);
  pipeline->fallthrough();
  const auto options = std::make_shared<RunOptions>();
  CLI::App* now = add_command(
      *pipeline, "run", "Runs the six tasks now; goes on where a run was cut short",
      "marquee pipeline run", [options](Context& context) { return run(context, *options); });
  now->add_option("--run-id", options->run_id, "The run to begin or to go on with")
      ->type_name("YYYYMMDD_HHMMSS");
  now->add_flag("--wait", options->wait, "Wait for another run to end instead of stopping");
  add_command(*pipeline, "schedule",
              "Stays and runs the six tasks by schedule.cron, daily at 02:00 as shipped",
              "marquee pipeline schedule --set schedule.timezone=Europe/Berlin", schedule);
}

}  // namespace marquee::cli
