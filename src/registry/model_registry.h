// registry/ keeps the trained models of a data dir and says which one is in production. It is given
// files that training wrote; it hands on names, histories and the production file. See
// docs/formats/registry.md.
//
// Below <data-dir>/models/:
//   saved_models/hybrid_model_YYYYMMDD_HHMMSS.safetensors      one a run
//   saved_models/hybrid_model_YYYYMMDD_HHMMSS.evaluation.json  beside it
//   saved_models/production_model.safetensors                  the whole production model
//   pair_sums.safetensors  what the last training counted, for the next
//   history.jsonl          who replaced what and why
//   .lock                  held while any of it changes
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/durable_file.h"
#include "core/error.h"
#include "model/model_file.h"
#include "registry/deployment_history.h"

namespace marquee {

struct ModelEntry {
  std::string name;  // "hybrid_model_20260301_020000"
  std::filesystem::path path;
  std::uint64_t size = 0;
  std::string checksum;        // empty when unreadable
  bool in_production = false;  // the production file has the same checksum
  std::string problem;         // why it cannot be used; empty: it can
};

// Thread-safe through a lock file: two processes (or threads with a registry each) that deploy take
// turns. What changes the registry waits `lock_wait` for its turn, then fails with kUnavailable.
//
// What changes the registry, and list() when it can, first mends what a crash or a person left: a
// production file that the history does not end with gets a line "found".
class ModelRegistry {
 public:
  ModelRegistry(std::filesystem::path data_dir, Clock& clock,
                std::chrono::milliseconds lock_wait = std::chrono::seconds(10));

  std::filesystem::path folder() const;           // …/models/saved_models
  std::filesystem::path production_path() const;  // …/production_model.safetensors
  std::filesystem::path model_path(std::string_view run_id) const;
  std::filesystem::path evaluation_path(std::string_view run_id) const;
  std::filesystem::path pair_sums_path() const;  // see model/pair_sums_file.h

  // Newest first. Every file is read whole and checked.
  Result<std::vector<ModelEntry>> list() const;
  // By name, run id, unambiguous prefix of either, "production", or a path. kNotFound tells what
  // there is; kUsage when a prefix fits several.
  Result<std::filesystem::path> resolve(std::string_view name) const;
  Result<std::vector<HistoryLine>> history() const;  // oldest first
  // How the present production model came to be it.
  std::optional<HistoryLine> last_deployment() const;

  // Loads and checks the model, writes it beside the production file, checks the copy, renames it,
  // fsyncs the folder, then appends to the history. When any step fails the old model stays.
  // Deploying what is in production already changes nothing and succeeds.
  Status deploy(const std::filesystem::path& model, std::string_view reason,
                std::string_view run_id);
  // Deploys what was in production before the present model was deployed; its file must still be
  // there. Once more goes one further back. Gives its name; kNotFound when nothing was before or
  // its file is gone.
  Result<std::string> rollback(std::string_view reason);
  // Removes all but the newest `keep` usable models; never the one in production nor the one before
  // it, unless `give_up_rollback`. Gives the names removed. kUsage when `keep` is negative.
  Result<std::vector<std::string>> prune(int keep, bool give_up_rollback = false);

 private:
  std::filesystem::path history_path() const;
  std::vector<std::string> names() const;  // of the model files, newest first
  Result<FileLock> lock() const;
  Status mend() const;
  void try_to_mend() const;
  Status put_in_production(const std::filesystem::path& model, HistoryLine line);
  Status swap_in(const std::filesystem::path& model, HistoryLine line);
  Status remove(const ModelEntry& entry);

  std::filesystem::path data_dir_;
  Clock& clock_;
  std::chrono::milliseconds lock_wait_;
};

}  // namespace marquee
