// The frame around every task: mode, run folder, record, report. A task's own work is a body.
#pragma once

#include <functional>
#include <initializer_list>
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
// "settings", …figures, "error" unless done}. `settings` are the keys that the outcome depends on
// (by prefix); with other values a task that is done counts as not done. The caller holds the
// pipeline lock.
Result<TaskReport> perform(const RunContext& run, std::string_view task,
                           std::initializer_list<std::string_view> settings, const TaskBody& body);

// The same, after checking the mode and taking the pipeline lock.
Result<TaskReport> with_lock(const RunContext& run, std::string_view task,
                             const std::function<Result<TaskReport>()>& work);

// {"model.top_n": "20", …}: the present value of every key that begins with one of the prefixes,
// but for those that do not change results (model.threads, model.dense_limit).
nlohmann::json settings_under(const Config& config,
                              std::initializer_list<std::string_view> prefixes);

// "done", "unfit", "refused", "skipped" or "failed"; empty without a record.
std::string status_of(const RunFolder& folder, std::string_view task);

}  // namespace marquee
