#include "cli/task_console.h"

namespace marquee::cli {

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
