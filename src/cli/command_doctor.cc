#include "cli/command.h"
#include "pipeline/doctor.h"

namespace marquee::cli {
namespace {

std::string line(const Finding& finding) {
  std::string text =
      fmt::format("{:<4}  {:<12} {}\n", name_of(finding.health), finding.subject, finding.detail);
  if (finding.health != Health::kOk && !finding.mend.empty())
    text += fmt::format("      {:<12} to mend it: {}\n", "", finding.mend);
  return text;
}

nlohmann::json to_json(const Finding& finding) {
  return {{"subject", finding.subject},
          {"health", name_of(finding.health)},
          {"detail", finding.detail},
          {"mend", finding.mend}};
}

Status examine(Context& context) {
  const std::vector<Finding> findings = examine_installation(context.config, context.clock);
  const auto failures = std::ranges::count(findings, Health::kFail, &Finding::health);
  nlohmann::json record = {{"healthy", failures == 0}, {"findings", nlohmann::json::array()}};
  std::string text;
  for (const Finding& finding : findings) {
    record["findings"].push_back(to_json(finding));
    text += line(finding);
  }
  context.print(record, text);
  if (failures == 0) return {};
  return fail(ErrorCode::kUnavailable,
              fmt::format("{} of {} examinations failed", failures, findings.size()), "doctor",
              "mend the lines that say FAIL");
}

}  // namespace

void add_doctor(CLI::App& app) {
  add_command(app, "doctor",
              "Examines settings, data dir, ports, clock and model, and says what to mend",
              "marquee doctor", examine);
}

}  // namespace marquee::cli
