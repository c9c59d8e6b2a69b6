// A folder or a zip archive as a set of named files. Internal to datasets.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"

namespace marquee {

// For one thread. Names use '/', without a leading one.
class FileCollection {
 public:
  virtual ~FileCollection() = default;

  // Every regular file at most one folder deep, hidden ones left out, sorted.
  virtual Result<std::vector<std::string>> names() = 0;
  virtual bool contains(const std::string& name) = 0;
  virtual Result<std::string> read(const std::string& name) = 0;
  // How a person is told of a file of it: "data/ml-100k.zip/ml-100k/u.data".
  virtual std::string label(const std::string& name) const = 0;
};

std::shared_ptr<FileCollection> open_folder(const std::filesystem::path& folder);
Result<std::shared_ptr<FileCollection>> open_zip(const std::filesystem::path& file);

// Whether the file's first bytes are those of a zip archive.
bool is_zip(const std::filesystem::path& file);

// Whether `name` is one that names() gives: not hidden, at most one folder deep.
bool is_listed(const std::string& name);

}  // namespace marquee
