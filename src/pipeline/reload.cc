#include "pipeline/http_client.h"
#include "pipeline/task.h"
#include "pipeline/task_bodies.h"

namespace marquee {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kTimeout{120};

json answer_json(const HttpAnswer& answer) {
  json body = json::parse(answer.body, nullptr, false);
  return body.is_discarded() ? json(answer.body) : body;
}

TaskOutcome skipped(const std::string& url) {
  return {.figures = {{"status", "skipped"}, {"reason", "no server"}, {"url", url}},
          .text = "reload: skipped: no server at " + url + "\n"};
}

Result<TaskOutcome> reload(const RunContext& run, bool server_optional) {
  const std::string url = server_url(run.config.server) + "/reload";
  const auto answer = http_post(url, "", kTimeout);
  if (!answer && answer.error().code == ErrorCode::kUnavailable && server_optional)
    return skipped(url);
  if (!answer) return std::unexpected(answer.error());
  TaskOutcome outcome;
  outcome.figures = {
      {"url", url}, {"http_status", answer->status}, {"answer", answer_json(*answer)}};
  outcome.text = fmt::format("reload: {} answered {} {}\n", url, answer->status, answer->body);
  if (answer->status >= 300)
    outcome.status = fail(
        ErrorCode::kUnavailable,
        fmt::format("the server answered {} and keeps its model: {}", answer->status, answer->body),
        url, "see the server's log");
  return outcome;
}

}  // namespace

Result<TaskReport> perform_reload(const RunContext& run, bool server_optional) {
  return perform(run, "reload", [&](const RunFolder&) { return reload(run, server_optional); });
}

Result<TaskReport> run_reload(const RunContext& run) {
  if (!run.run_id.empty()) return perform_reload(run, false);
  MARQUEE_ASSIGN(TaskOutcome outcome, reload(run, false));
  const TaskReport report{std::move(outcome.figures), std::move(outcome.text)};
  if (run.on_report) run.on_report(report);
  MARQUEE_TRY(std::move(outcome.status));
  return report;
}

}  // namespace marquee
