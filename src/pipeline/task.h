// The frame around every task: mode, run folder, record, report. A task's own work is a body.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "pipeline/run_folder.h"
#include "pipeline/tasks.h"

namespace marquee {

// What a body hands back. `status` is an error when the task did its work and the answer is no
// (unfit data, a gate that refuses): figures and text are kept and shown all the same.
struct TaskOutcome {
  nlohmann::json figures = nlohmann::json::object();
  std::string text = {};
  Status status = {};
};

using TaskBody = std::function<Result<TaskOutcome>(const RunFolder& folder)>;

// Runs a body and keeps its record, whatever happened: {"run_id", "task", "status", "seconds",
// "settings", …figures, "error" unless done}. The caller holds the pipeline lock.
Result<TaskReport> perform(const RunContext& run, std::string_view task, const TaskBody& body);

// The same, after checking the mode and taking the pipeline lock.
Result<TaskReport> with_lock(const RunContext& run, std::string_view task,
                             const std::function<Result<TaskReport>()>& work);

// {"model.top_n": "20", …}: the present value of every key that the task's outcome depends on. With
// other values a task that is done counts as not done.
nlohmann::json settings_of(const Config& config, std::string_view task);

// "done", "unfit", "refused", "skipped" or "failed"; empty without a record.
std::string status_of(const RunFolder& folder, std::string_view task);

}  // namespace marquee
