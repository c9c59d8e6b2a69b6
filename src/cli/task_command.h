// What the subcommands that are tasks of a run share.
#pragma once

#include <functional>
#include <string>

#include "cli/command.h"
#include "pipeline/tasks.h"

namespace marquee::cli {

struct TaskOptions {
  std::string run_id;
  bool wait = false;
};

using Task = std::function<Result<TaskReport>(const RunContext&)>;

// --run-id; `absent` says what happens without it.
void add_run_id(CLI::App& command, TaskOptions& options, const std::string& absent);
void add_wait(CLI::App& command, TaskOptions& options);

// The run that `given` names; without it a new one, the newest with a model, or none.
Result<std::string> run_id_or_new(const Context& context, const std::string& given);
Result<std::string> run_id_or_latest(const Context& context, const std::string& given);
Result<std::string> run_id_or_none(const Context& context, const std::string& given);

// Performs the task with progress, and prints what it reports.
Status run_task(Context& context, const TaskOptions& options, std::string run_id, const Task& task);

}  // namespace marquee::cli
