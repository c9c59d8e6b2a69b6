#include "registry/production_swap.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "core/durable_file.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

fs::path kept_path(const fs::path& production) {
  return production.parent_path() / ".replaced.safetensors";
}

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

// The old production file under a second name, for as long as the new one may still have to give
// way.
class KeptProduction {
 public:
  explicit KeptProduction(const fs::path& production)
      : production_(production), kept_(kept_path(production)) {
    remove_quietly(kept_);
    std::error_code ignored;
    was_there_ = fs::exists(production_, ignored);
    linked_ = was_there_ && ::link(production_.c_str(), kept_.c_str()) == 0;
  }
  KeptProduction(const KeptProduction&) = delete;
  KeptProduction& operator=(const KeptProduction&) = delete;
  ~KeptProduction() { remove_quietly(kept_); }

  void put_back() const {
    if (linked_) {
      std::error_code error;
      fs::rename(kept_, production_, error);
      if (error) spdlog::error("cannot put the old production model back: {}", error.message());
    } else if (!was_there_) {
      remove_quietly(production_);
    } else {
      spdlog::error("{} stays replaced: this file system has no hard links to put it back from",
                    production_.string());
    }
  }

 private:
  fs::path production_;
  fs::path kept_;
  bool was_there_ = false;
  bool linked_ = false;
};

}  // namespace

fs::path incoming_path(const fs::path& production) {
  return production.parent_path() / ".incoming.safetensors";
}

Status copy_durably(const fs::path& from, const fs::path& to) {
  MARQUEE_ASSIGN(const std::string bytes, read_file(from));
  return write_file_durably(to, bytes);
}

Status swap_production(const fs::path& incoming, const fs::path& production,
                       const std::function<Status()>& record) {
  const KeptProduction old(production);
  Status status = rename_durably(incoming, production);
  if (status) status = record();
  if (!status) old.put_back();
  return status;
}

void remove_swap_leftovers(const fs::path& production) {
  std::error_code error;
  const std::string incoming = incoming_path(production).filename().string();
  for (const auto& entry : fs::directory_iterator(production.parent_path(), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(incoming) || entry.path() == kept_path(production))
      remove_quietly(entry.path());
  }
}

}  // namespace marquee
