#include "datasets/file_collection.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "core/durable_file.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

class Folder final : public FileCollection {
 public:
  explicit Folder(fs::path folder) : folder_(std::move(folder)) {}

  Result<std::vector<std::string>> names() override {
    std::vector<std::string> names;
    MARQUEE_TRY(list(folder_, "", names));
    std::ranges::sort(names);
    return names;
  }
  bool contains(const std::string& name) override {
    std::error_code ignored;
    return fs::is_regular_file(folder_ / name, ignored);
  }
  Result<std::string> read(const std::string& name) override { return read_file(folder_ / name); }
  std::string label(const std::string& name) const override { return (folder_ / name).string(); }

 private:
  static Status list(const fs::path& folder, const std::string& prefix,
                     std::vector<std::string>& names) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      const std::string name = prefix + it->path().filename().string();
      std::error_code ignored;
      if (!is_listed(name)) continue;
      if (it->is_regular_file(ignored))
        names.push_back(name);
      else if (prefix.empty() && it->is_directory(ignored))
        MARQUEE_TRY(list(it->path(), name + "/", names));
    }
    if (error) return std::unexpected(os_error(error.value(), "cannot list folder", folder));
    return {};
  }

  fs::path folder_;
};

}  // namespace

std::shared_ptr<FileCollection> open_folder(const fs::path& folder) {
  return std::make_shared<Folder>(folder);
}

bool is_zip(const fs::path& file) {
  std::array<char, 4> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  return std::string_view(start.data(), 2) == "PK" && (start[2] == 3 || start[2] == 5);
}

bool is_listed(const std::string& name) {
  if (name.empty() || name.ends_with('/') || name.starts_with('.') || name.starts_with("__MACOSX"))
    return false;
  return std::ranges::count(name, '/') <= 1 && name.find("/.") == std::string::npos;
}

}  // namespace marquee
