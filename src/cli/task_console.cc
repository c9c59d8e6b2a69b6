#include "cli/task_console.h"

namespace marquee::cli {

RunContext TaskConsole::context_of(std::string run_id, bool wait) {
  return {.config = context_.config,
          .clock = context_.clock,
          .run_id = std::move(run_id),
          .progress = [this](std::string_view step, double share) { show_progress(step, share); },
          .on_report = [this](const TaskReport& report) { show_report(report); },
          .wait = wait};
}

void TaskConsole::show_progress(std::string_view step, double share) {
  if (!bar_) bar_.emplace(context_.quiet);
  bar_->update(step, share);
}

void TaskConsole::show_report(const TaskReport& report) {
  bar_.reset();  // wiped before something else is written
  if (!context_.json) context_.print(report.record, report.text);
  last_record_ = report.record;
}

Status TaskConsole::finish(Result<TaskReport> result) {
  bar_.reset();
  if (result) last_record_ = result->record;
  if (context_.json && last_record_) context_.print(*last_record_, "");
  if (!result) return std::unexpected(std::move(result.error()));
  return {};
}

}  // namespace marquee::cli
