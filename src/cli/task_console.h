// How a task is shown to a person or a machine while it runs and when it has ended.
#pragma once

#include <optional>

#include "cli/command.h"
#include "core/progress.h"
#include "pipeline/tasks.h"

namespace marquee::cli {

// Shows the run that context_of() describes, then ends with finish(). For one thread.
class TaskConsole {
 public:
  explicit TaskConsole(Context& context) : context_(context) {}

  // A run that is shown here; must not outlive the console.
  RunContext context_of(std::string run_id, bool wait);
  // What a run's context calls, for work that is no run.
  void show_progress(std::string_view step, double share);
  // Text at once, a task at a time and whether it succeeded or not; JSON only in the end.
  void show_report(const TaskReport& report);
  // With --json prints the one object: the result, or the last record of what failed.
  Status finish(Result<TaskReport> result);

 private:
  Context& context_;
  std::optional<ProgressBar> bar_;
  std::optional<nlohmann::json> last_record_;
};

}  // namespace marquee::cli
