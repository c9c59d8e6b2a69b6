#include "pipeline/run_folder.h"

#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "pipeline/tasks.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string pretty(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

bool is_run_id(const std::string& name) {
  const auto id = normalise_run_id(name);
  return id && *id == name;
}

}  // namespace

RunFolder::RunFolder(const fs::path& data_dir, std::string_view run_id)
    : run_id_(run_id), path_(data_dir / "runs" / run_id_) {}

Status RunFolder::create() const {
  return make_folders(path_);
}

Result<Snapshot> RunFolder::snapshot() const {
  const fs::path path = path_ / "snapshot.json";
  MARQUEE_ASSIGN(const std::string text, read_file(path));
  auto snapshot = snapshot_from_json(text);
  if (!snapshot)
    return fail(ErrorCode::kCorrupt,
                "the run's snapshot cannot be understood: " + snapshot.error().what, path.string(),
                "start a new run");
  return snapshot;
}

Status RunFolder::write_snapshot(const Snapshot& snapshot) const {
  return write_file_durably(path_ / "snapshot.json", to_json(snapshot) + "\n");
}

fs::path RunFolder::record_path(std::string_view task) const {
  return path_ / (std::string(task) + ".json");
}

std::optional<json> RunFolder::record(std::string_view task) const {
  const auto text = read_file(record_path(task));
  if (!text) return std::nullopt;
  json record = json::parse(*text, nullptr, false);
  if (!record.is_object()) return std::nullopt;
  return record;
}

Status RunFolder::write_record(std::string_view task, const json& record) const {
  return write_file_durably(record_path(task), pretty(record));
}

std::vector<RunFolder> all_runs(const fs::path& data_dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(data_dir / "runs", error), end; !error && entry != end;
       entry.increment(error))
    if (is_run_id(entry->path().filename())) names.push_back(entry->path().filename());
  std::ranges::sort(names);
  std::vector<RunFolder> runs;
  for (const std::string& name : names) runs.emplace_back(data_dir, name);
  return runs;
}

}  // namespace marquee
