#include "cli/model_text.h"

#include <fmt/format.h>

#include "core/config.h"
#include "core/durable_file.h"
#include "core/text_table.h"
#include "core/timestamp.h"

namespace marquee::cli {
namespace {

using enum TextTable::Align;

std::string size_text(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

nlohmann::json parsed(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_discarded() ? nlohmann::json(text) : json;
}

std::vector<HistoryLine> lines_of(const LoadedModel& model,
                                  const std::vector<HistoryLine>& history) {
  std::vector<HistoryLine> lines;
  for (const HistoryLine& line : history)
    if (line.checksum == model.checksum) lines.push_back(line);
  return lines;
}

std::string contents_text(const LoadedModel& model, const std::filesystem::path& path) {
  const ModelData& data = *model.data;
  TextTable table({{""}, {"", kLeft, 120}});
  table.add({"name", model.version});
  table.add({"file", path.string()});
  table.add({"size", size_text(model.size)});
  table.add({"checksum", model.checksum});
  table.add({"run", data.lineage.run_id});
  table.add({"made by", data.lineage.program});
  table.add({"users", std::to_string(data.user_count())});
  table.add({"movies", std::to_string(data.item_count())});
  table.add({"ratings", std::to_string(data.ratings.values.size())});
  table.add({"trained on", data.lineage.snapshot_json});
  return table.text();
}

// Settings that are not the shipped ones.
std::string settings_text(const LoadedModel& model) {
  const nlohmann::json settings = parsed(model.data->lineage.config_json);
  const nlohmann::json shipped = parsed(model_entries_json(Config{}));
  TextTable table({{"setting"}, {"value", kRight}, {"default", kRight}});
  bool any = false;
  for (const auto& [key, value] : settings.items()) {
    if (shipped.contains(key) && shipped[key] == value) continue;
    table.add({key, value.dump(), shipped.contains(key) ? shipped[key].dump() : ""});
    any = true;
  }
  return any ? fmt::format("\n{}", table.text()) : "\nAll settings are the defaults.\n";
}

// What training chose where the settings leave it open.
std::string learned_text(const LoadedModel& model) {
  const nlohmann::json learned = parsed(model.data->learned_json);
  if (!learned.is_object() || !learned.contains("settings")) return "";
  TextTable table({{"learned"}, {"value", kRight}});
  for (const auto& [key, value] : learned["settings"].items())
    table.add({key, value.is_number() ? fmt::format("{:.4g}", value.get<double>()) : value.dump()});
  const std::string note = learned.value("note", "");
  return fmt::format("\n{}{}", table.text(), note.empty() ? "" : note + '\n');
}

std::string history_text(const std::vector<HistoryLine>& lines) {
  if (lines.empty()) return "\nIt has never been in production.\n";
  TextTable table({{"time"}, {"action"}, {"replaced"}, {"reason", kLeft, 60}});
  for (const HistoryLine& line : lines)
    table.add({format_timestamp(line.time), line.action, line.replaced, line.reason});
  return fmt::format("\n{}", table.text());
}

std::string evaluation_text(const nlohmann::json& evaluation) {
  const nlohmann::json* figures = &evaluation;
  if (evaluation.is_object() && evaluation.contains("candidate"))
    figures = &evaluation["candidate"];
  TextTable table({{"evaluation"}, {"", kRight}});
  bool any = false;
  for (const char* name : {"precision@10", "recall@10", "ndcg@10", "hit_rate@10"}) {
    if (!figures->is_object() || !figures->contains(name)) continue;
    const nlohmann::json& figure = (*figures)[name];
    const nlohmann::json& mean =
        figure.is_object() && figure.contains("mean") ? figure["mean"] : figure;
    if (!mean.is_number()) continue;
    table.add({name, fmt::format("{:.4f}", mean.get<double>())});
    any = true;
  }
  return any ? fmt::format("\n{}", table.text()) : "";
}

}  // namespace

nlohmann::json models_json(const std::vector<ModelEntry>& entries) {
  nlohmann::json models = nlohmann::json::array();
  for (const ModelEntry& entry : entries)
    models.push_back({{"name", entry.name},
                      {"path", entry.path.string()},
                      {"size", entry.size},
                      {"checksum", entry.checksum},
                      {"in_production", entry.in_production},
                      {"problem", entry.problem}});
  return models;
}

std::string models_text(const std::vector<ModelEntry>& entries) {
  if (entries.empty()) return "There are no models yet. Train one with: marquee train --deploy";
  TextTable table({{"name"}, {"size", kRight}, {"checksum"}, {"", kLeft, 100}});
  for (const ModelEntry& entry : entries)
    table.add({entry.name, size_text(entry.size), entry.checksum,
               entry.in_production ? "in production" : entry.problem});
  return table.text();
}

nlohmann::json evaluation_beside(const ModelRegistry& registry, const LoadedModel& model) {
  const auto text = read_file(registry.evaluation_path(model.data->lineage.run_id));
  if (!text) return nullptr;
  auto json = nlohmann::json::parse(*text, nullptr, false);
  return json.is_discarded() ? nlohmann::json(nullptr) : json;
}

nlohmann::json model_json(const LoadedModel& model, const std::filesystem::path& path,
                          const std::vector<HistoryLine>& history,
                          const nlohmann::json& evaluation) {
  nlohmann::json lines = nlohmann::json::array();
  for (const HistoryLine& line : lines_of(model, history))
    lines.push_back({{"time", format_timestamp(line.time)},
                     {"action", line.action},
                     {"replaced", line.replaced},
                     {"reason", line.reason},
                     {"run_id", line.run_id}});
  const Lineage& lineage = model.data->lineage;
  return {{"name", model.version},
          {"path", path.string()},
          {"size", model.size},
          {"checksum", model.checksum},
          {"run_id", lineage.run_id},
          {"program", lineage.program},
          {"users", model.data->user_count()},
          {"movies", model.data->item_count()},
          {"ratings", model.data->ratings.values.size()},
          {"config", parsed(lineage.config_json)},
          {"learned", parsed(model.data->learned_json)},
          {"snapshot", parsed(lineage.snapshot_json)},
          {"evaluation", evaluation},
          {"history", lines}};
}

std::string model_text(const LoadedModel& model, const std::filesystem::path& path,
                       const std::vector<HistoryLine>& history, const nlohmann::json& evaluation) {
  return contents_text(model, path) + settings_text(model) + learned_text(model) +
         evaluation_text(evaluation) + history_text(lines_of(model, history));
}

}  // namespace marquee::cli
