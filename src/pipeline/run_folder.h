// <data-dir>/runs/<run_id>/: the snapshot a run reads and a JSON record of each of its tasks. See
// docs/formats/runs.md.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "store/rating_store.h"

namespace marquee {

class RunFolder {
 public:
  // Names the folder; nothing is touched.
  RunFolder(const std::filesystem::path& data_dir, std::string_view run_id);

  // Makes the folder where it is missing.
  Status create() const;

  // kNotFound when no task of this run has started yet; kCorrupt when it cannot be understood.
  Result<Snapshot> snapshot() const;
  // Durable once it returns. Written once a run: the caller holds the pipeline lock.
  Status write_snapshot(const Snapshot& snapshot) const;

  // The record of a task; nullopt when there is none or it cannot be understood.
  std::optional<nlohmann::json> record(std::string_view task) const;
  Status write_record(std::string_view task, const nlohmann::json& record) const;

  std::filesystem::path record_path(std::string_view task) const;
  const std::string& run_id() const { return run_id_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::string run_id_;
  std::filesystem::path path_;
};

// The runs of a data dir, oldest first; folders whose names are no run ids are passed over.
std::vector<RunFolder> all_runs(const std::filesystem::path& data_dir);

}  // namespace marquee
