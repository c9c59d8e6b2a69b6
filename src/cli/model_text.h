// How models of the registry are shown: as tables for a person and as JSON for a machine.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "registry/model_registry.h"

namespace marquee::cli {

nlohmann::json models_json(const std::vector<ModelEntry>& entries);
std::string models_text(const std::vector<ModelEntry>& entries);

// The evaluation that lies beside a model of the registry; null when there is none that can be
// read.
nlohmann::json evaluation_beside(const ModelRegistry& registry, const LoadedModel& model);

// One model: its contents, settings and lineage, and its lines of the history.
nlohmann::json model_json(const LoadedModel& model, const std::filesystem::path& path,
                          const std::vector<HistoryLine>& history,
                          const nlohmann::json& evaluation);
std::string model_text(const LoadedModel& model, const std::filesystem::path& path,
                       const std::vector<HistoryLine>& history, const nlohmann::json& evaluation);

}  // namespace marquee::cli
