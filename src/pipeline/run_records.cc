#include "pipeline/run_records.h"

#include <algorithm>

#include "core/durable_file.h"
#include "pipeline/data_checks.h"
#include "pipeline/run_folder.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNobody = "(a user who was forgotten)";

std::vector<fs::path> records_of(const fs::path& data_dir) {
  std::vector<fs::path> records;
  std::error_code error;
  for (const RunFolder& run : all_runs(data_dir))
    for (const auto& entry : fs::directory_iterator(run.path(), error))
      if (entry.path().extension() == ".json") records.push_back(entry.path());
  return records;
}

// Replaces every name; gives how many there were.
std::int64_t replace_names(std::string& text, std::span<const UserId> users) {
  std::int64_t count = 0;
  for (const UserId user : users) {
    const std::string name = name_in_findings(user);
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
      text.replace(at, name.size(), kNobody);
      ++count;
    }
  }
  return count;
}

}  // namespace

std::int64_t count_in_records(const fs::path& data_dir, std::span<const UserId> users) {
  std::int64_t count = 0;
  for (const fs::path& record : records_of(data_dir))
    if (auto text = read_file(record)) count += replace_names(*text, users);
  return count;
}

Status forget_in_records(const fs::path& data_dir, std::span<const UserId> users) {
  for (const fs::path& record : records_of(data_dir)) {
    auto text = read_file(record);
    if (text && replace_names(*text, users) > 0) MARQUEE_TRY(write_file_durably(record, *text));
  }
  return {};
}

Status forget_training_of(const fs::path& data_dir, std::span<const std::string> models) {
  for (const RunFolder& run : all_runs(data_dir)) {
    if (std::ranges::find(models, "hybrid_model_" + run.run_id()) == models.end()) continue;
    std::error_code error;
    fs::remove(run.record_path("train"), error);
    if (error)
      return std::unexpected(
          os_error(error.value(), "cannot remove record", run.record_path("train")));
  }
  return {};
}

}  // namespace marquee
