#include "registry/deployment_history.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <ranges>

#include "core/durable_file.h"
#include "core/timestamp.h"

namespace marquee {
namespace {

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<HistoryLine> parse_line(std::string_view text) {
  const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return {};
  HistoryLine line{.time = 0,
                   .action = text_of(object, "action"),
                   .model = text_of(object, "model"),
                   .checksum = text_of(object, "checksum"),
                   .replaced = text_of(object, "replaced"),
                   .reason = text_of(object, "reason"),
                   .run_id = text_of(object, "run_id")};
  const auto time = parse_timestamp(text_of(object, "time"));
  if (!time || line.action.empty() || line.model.empty()) return {};
  line.time = *time;
  return line;
}

std::string format_line(const HistoryLine& line) {
  const nlohmann::ordered_json object = {{"time", format_timestamp(line.time)},
                                         {"action", line.action},
                                         {"model", line.model},
                                         {"checksum", line.checksum},
                                         {"replaced", line.replaced},
                                         {"reason", line.reason},
                                         {"run_id", line.run_id}};
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// No file reads like an empty one.
Result<std::string> history_text(const std::filesystem::path& path) {
  auto text = read_file(path);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::string();
  return text;
}

bool is_put_in_production(const HistoryLine& line) {
  return line.action == "deploy" || line.action == "rollback" || line.action == "found";
}

// How many of `steps` stay when `line` comes: a rollback goes back to its model, and so does a
// production file that is found to be the one before (a deployment that failed after its line was
// written).
std::size_t steps_kept(const std::vector<HistoryLine>& steps, const HistoryLine& line) {
  const auto is_model = [&](const HistoryLine& step) { return step.checksum == line.checksum; };
  if (line.action == "found" && steps.size() >= 2 && is_model(steps[steps.size() - 2]))
    return steps.size() - 2;
  if (line.action != "rollback") return steps.size();
  const auto before = std::ranges::find_if(steps.rbegin(), steps.rend(), is_model);
  return before == steps.rend() ? steps.size()
                                : static_cast<std::size_t>(steps.rend() - before) - 1;
}

}  // namespace

Result<std::vector<HistoryLine>> read_history(const std::filesystem::path& path) {
  MARQUEE_ASSIGN(const std::string text, history_text(path));
  std::vector<HistoryLine> lines;
  int number = 0;
  for (const auto part : std::views::split(std::string_view(text), '\n')) {
    ++number;
    const std::string_view line(part.begin(), part.end());
    if (line.empty()) continue;
    if (auto parsed = parse_line(line))
      lines.push_back(std::move(*parsed));
    else
      spdlog::warn("{}:{}: not a line of the history, left out", path.string(), number);
  }
  return lines;
}

Status append_history(const std::filesystem::path& path, const HistoryLine& line) {
  return append_line_durably(path, format_line(line));
}

std::vector<HistoryLine> production_line(const std::vector<HistoryLine>& history) {
  std::vector<HistoryLine> steps;
  for (const HistoryLine& line : history) {
    if (!is_put_in_production(line)) continue;
    steps.resize(steps_kept(steps, line));
    if (steps.empty() || steps.back().checksum != line.checksum) steps.push_back(line);
  }
  return steps;
}

}  // namespace marquee
