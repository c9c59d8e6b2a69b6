#include "cli/task_command.h"

#include "cli/task_console.h"

namespace marquee::cli {

void add_run_id(CLI::App& command, TaskOptions& options, const std::string& absent) {
  command
      .add_option("--run-id", options.run_id, "The run this task belongs to; without it " + absent)
      ->type_name("YYYYMMDD_HHMMSS");
}

void add_wait(CLI::App& command, TaskOptions& options) {
  command.add_flag("--wait", options.wait, "Wait for another run to end instead of stopping");
}

Result<std::string> run_id_or_new(const Context& context, const std::string& given) {
  return given.empty() ? new_run_id(context.config, context.clock) : normalise_run_id(given);
}

Result<std::string> run_id_or_latest(const Context& context, const std::string& given) {
  if (!given.empty()) return normalise_run_id(given);
  if (auto latest = newest_trained_run(context.config)) return *latest;
  return fail(ErrorCode::kNotFound, "no run has a model yet", context.config.data_dir.string(),
              "train one: marquee train");
}

Result<std::string> run_id_or_none(const Context&, const std::string& given) {
  return given.empty() ? given : normalise_run_id(given);
}

Status run_task(Context& context, const TaskOptions& options, std::string run_id,
                const Task& task) {
  TaskConsole console(context);
  return console.finish(task(console.context_of(std::move(run_id), options.wait)));
}

}  // namespace marquee::cli
