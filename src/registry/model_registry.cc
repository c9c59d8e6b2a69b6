#include "registry/model_registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <set>
#include <thread>

#include "registry/production_swap.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "hybrid_model_";
constexpr std::string_view kSuffix = ".safetensors";

// What lies at `path` by its own bytes; nothing when it cannot be used.
std::optional<LoadedModel> usable_model(const fs::path& path) {
  auto loaded = load_model(path);
  if (!loaded) return {};
  return std::move(*loaded);
}

// A model that was trained outside of any run is called as its file is.
std::string name_in(const LoadedModel& model, const fs::path& path) {
  return model.data->lineage.run_id.empty() ? path.stem().string() : model.version;
}

ModelEntry entry_of(const fs::path& path, const std::string& production_checksum) {
  ModelEntry entry{.name = path.stem().string(), .path = path, .checksum = {}, .problem = {}};
  std::error_code ignored;
  entry.size = fs::file_size(path, ignored);
  const auto loaded = load_model(path);
  if (!loaded) {
    entry.problem = loaded.error().what;
    return entry;
  }
  entry.checksum = loaded->checksum;
  entry.in_production = entry.checksum == production_checksum;
  return entry;
}

bool fits(std::string_view name, std::string_view wanted) {
  return name.starts_with(wanted) || name.substr(kPrefix.size()).starts_with(wanted);
}

std::unexpected<Error> no_such_model(std::string_view name, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  const std::span shown(names.data(), std::min(kShown, names.size()));
  return fail(ErrorCode::kNotFound, fmt::format("there is no model '{}'", name), {},
              names.empty()
                  ? "train one: marquee train"
                  : fmt::format("there are {}{}; see marquee models list", fmt::join(shown, ", "),
                                shown.size() < names.size() ? ", …" : ""));
}

// What prune must leave: the last `count` models of the way to the present one, by name and by
// checksum.
std::set<std::string> protected_models(const std::vector<HistoryLine>& history, std::size_t count) {
  std::set<std::string> kept;
  const std::vector<HistoryLine> steps = production_line(history);
  for (std::size_t i = steps.size() - std::min(steps.size(), count); i < steps.size(); ++i) {
    kept.insert(steps[i].model);
    kept.insert(steps[i].checksum);
  }
  kept.erase("");
  return kept;
}

}  // namespace

ModelRegistry::ModelRegistry(fs::path data_dir, Clock& clock, std::chrono::milliseconds lock_wait)
    : data_dir_(std::move(data_dir)), clock_(clock), lock_wait_(lock_wait) {}

fs::path ModelRegistry::folder() const {
  return data_dir_ / "models" / "saved_models";
}

fs::path ModelRegistry::production_path() const {
  return folder() / "production_model.safetensors";
}

fs::path ModelRegistry::history_path() const {
  return data_dir_ / "models" / "history.jsonl";
}

fs::path ModelRegistry::model_path(std::string_view run_id) const {
  return folder() / fmt::format("{}{}{}", kPrefix, run_id, kSuffix);
}

fs::path ModelRegistry::evaluation_path(std::string_view run_id) const {
  return folder() / fmt::format("{}{}.evaluation.json", kPrefix, run_id);
}

fs::path ModelRegistry::pair_sums_path() const {
  return data_dir_ / "models" / "pair_sums.safetensors";
}

std::vector<std::string> ModelRegistry::names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder(), error)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with(kPrefix) && file.ends_with(kSuffix))
      names.push_back(file.substr(0, file.size() - kSuffix.size()));
  }
  std::ranges::sort(names, std::greater{});  // the time in the name is what makes it newer
  return names;
}

Result<std::vector<ModelEntry>> ModelRegistry::list() const {
  try_to_mend();
  const auto production = usable_model(production_path());
  std::vector<ModelEntry> entries;
  for (const std::string& name : names())
    entries.push_back(entry_of(folder() / (name + std::string(kSuffix)),
                               production ? production->checksum : "none"));
  return entries;
}

Result<fs::path> ModelRegistry::resolve(std::string_view name) const {
  fs::path path(name);
  std::error_code ignored;
  if (name == "production") {
    if (fs::exists(production_path(), ignored)) return production_path();
    return fail(ErrorCode::kNotFound, "there is no production model", production_path().string(),
                "train and deploy one: marquee train --deploy");
  }
  if (path.has_parent_path() || fs::is_regular_file(path, ignored)) return path;

  const std::string wanted = path.extension() == kSuffix ? path.stem().string() : path.string();
  std::vector<std::string> found;
  const std::vector<std::string> all = names();
  for (const std::string& candidate : all) {
    if (candidate == wanted || candidate.substr(kPrefix.size()) == wanted)
      return folder() / (candidate + std::string(kSuffix));
    if (!wanted.empty() && fits(candidate, wanted)) found.push_back(candidate);
  }
  if (found.empty()) return no_such_model(name, all);
  if (found.size() > 1)
    return fail(ErrorCode::kUsage, fmt::format("'{}' fits {} models", name, found.size()), {},
                fmt::format("write more of it: {}", fmt::join(found, ", ")));
  return folder() / (found.front() + std::string(kSuffix));
}

Result<std::vector<HistoryLine>> ModelRegistry::history() const {
  return read_history(history_path());
}

std::optional<HistoryLine> ModelRegistry::last_deployment() const {
  const auto lines = history();
  if (!lines) return {};
  const std::vector<HistoryLine> steps = production_line(*lines);
  if (steps.empty()) return {};
  return steps.back();
}

Result<FileLock> ModelRegistry::lock() const {
  MARQUEE_TRY(make_folders(folder()));
  const fs::path path = data_dir_ / "models" / ".lock";
  constexpr std::chrono::milliseconds kPause(20);
  const auto deadline = std::chrono::steady_clock::now() + lock_wait_;
  for (;;) {
    auto held = FileLock::try_acquire(path);
    if (held || held.error().code != ErrorCode::kUnavailable) return held;
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(ErrorCode::kUnavailable, "another process is changing the models", path.string(),
                  "wait for it to end and run it again");
    std::this_thread::sleep_for(kPause);
  }
}

// Called with the lock held.
Status ModelRegistry::mend() const {
  remove_swap_leftovers(production_path());
  const auto production = usable_model(production_path());
  if (!production) return {};
  MARQUEE_ASSIGN(const std::vector<HistoryLine> lines, read_history(history_path()));
  const std::vector<HistoryLine> steps = production_line(lines);
  if (!steps.empty() && steps.back().checksum == production->checksum) return {};
  return append_history(history_path(),
                        {.time = clock_.now(),
                         .action = "found",
                         .model = name_in(*production, production_path()),
                         .checksum = production->checksum,
                         .replaced = steps.empty() ? "" : steps.back().model,
                         .reason = "the production file was replaced without a line here",
                         .run_id = {}});
}

// For readers: they must work in a folder that cannot be written, and never wait for a deployment.
void ModelRegistry::try_to_mend() const {
  std::error_code ignored;
  if (!fs::exists(production_path(), ignored)) return;
  const auto held = FileLock::try_acquire(data_dir_ / "models" / ".lock");
  if (!held) return;
  if (const Status status = mend(); !status)
    spdlog::debug("the history was not mended: {}", status.error().message());
}

Status ModelRegistry::put_in_production(const fs::path& model, HistoryLine line) {
  Status status = swap_in(model, std::move(line));
  if (!status) remove_swap_leftovers(production_path());
  return status;
}

// The copy is checked, not the original: it is what will be in production.
Status ModelRegistry::swap_in(const fs::path& model, HistoryLine line) {
  const fs::path incoming = incoming_path(production_path());
  MARQUEE_TRY(copy_durably(model, incoming));
  MARQUEE_ASSIGN(const LoadedModel copy, load_model(incoming));
  if (copy.checksum != line.checksum)
    return fail(ErrorCode::kCorrupt, "the model changed while it was deployed", model.string(),
                "run it again");
  line.time = clock_.now();
  return swap_production(incoming, production_path(),
                         [&] { return append_history(history_path(), line); });
}

Status ModelRegistry::deploy(const fs::path& model, std::string_view reason,
                             std::string_view run_id) {
  MARQUEE_ASSIGN(const FileLock held, lock());
  MARQUEE_TRY(mend());
  MARQUEE_ASSIGN(const LoadedModel loaded, load_model(model));
  const auto production = usable_model(production_path());
  if (production && production->checksum == loaded.checksum) return {};
  return put_in_production(model,
                           {.action = "deploy",
                            .model = name_in(loaded, model),
                            .checksum = loaded.checksum,
                            .replaced = production ? name_in(*production, production_path()) : "",
                            .reason = std::string(reason),
                            .run_id = std::string(run_id)});
}

Result<std::string> ModelRegistry::rollback(std::string_view reason) {
  MARQUEE_ASSIGN(const FileLock held, lock());
  MARQUEE_TRY(mend());
  MARQUEE_ASSIGN(const std::vector<HistoryLine> lines, read_history(history_path()));
  const std::vector<HistoryLine> steps = production_line(lines);
  if (steps.size() < 2)
    return fail(ErrorCode::kNotFound, "no model was in production before the present one",
                history_path().string(), "deploy another: marquee models list");
  const HistoryLine& before = steps[steps.size() - 2];
  const fs::path path = folder() / (before.model + std::string(kSuffix));
  MARQUEE_ASSIGN(const LoadedModel loaded, load_model(path));
  if (loaded.checksum != before.checksum)
    return fail(ErrorCode::kNotFound,
                before.model + " is no longer the file that was in production before",
                path.string(), "deploy another: marquee models list");
  MARQUEE_TRY(put_in_production(path, {.action = "rollback",
                                       .model = before.model,
                                       .checksum = before.checksum,
                                       .replaced = steps.back().model,
                                       .reason = std::string(reason),
                                       .run_id = before.run_id}));
  return before.model;
}

Status ModelRegistry::remove(const ModelEntry& entry) {
  std::error_code error;
  fs::remove(entry.path, error);
  if (error) return std::unexpected(os_error(error.value(), "cannot remove model", entry.path));
  fs::remove(folder() / (entry.name + ".evaluation.json"), error);
  return append_history(history_path(), {.time = clock_.now(),
                                         .action = "prune",
                                         .model = entry.name,
                                         .checksum = entry.checksum,
                                         .replaced = {},
                                         .reason = "older than the models to keep",
                                         .run_id = {}});
}

Result<std::vector<std::string>> ModelRegistry::prune(int keep, bool give_up_rollback) {
  if (keep < 0)
    return fail(ErrorCode::kUsage, "a negative number of models cannot be kept", "--keep",
                "give 0 or more");
  MARQUEE_ASSIGN(const std::vector<ModelEntry> entries, list());
  MARQUEE_ASSIGN(const FileLock held, lock());
  MARQUEE_TRY(mend());
  MARQUEE_ASSIGN(const std::vector<HistoryLine> lines, read_history(history_path()));
  const std::set<std::string> kept = protected_models(lines, give_up_rollback ? 1 : 2);
  std::vector<std::string> removed;
  int usable = 0;
  for (const ModelEntry& entry : entries) {
    if (usable < keep) {
      if (entry.problem.empty()) ++usable;
      continue;
    }
    if (kept.contains(entry.name) || kept.contains(entry.checksum)) continue;
    MARQUEE_TRY(remove(entry));
    removed.push_back(entry.name);
  }
  return removed;
}

}  // namespace marquee
