// Finds the ratings, movies and tags files that two paths stand for. Internal to datasets.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "datasets/file_collection.h"

namespace marquee {

struct InputFile {
  std::shared_ptr<FileCollection> collection;
  std::string name;

  std::string label() const { return collection->label(name); }
  Result<std::string> read() const { return collection->read(name); }
};

struct InputFiles {
  InputFile ratings;
  std::optional<InputFile> movies;
  std::optional<InputFile> tags;
};

// Each path is a file, a folder or a zip; folders and zips may have one top folder. `movies` may be
// empty: then the movies that belong to the ratings in their folder or zip are taken. Tags are
// taken from beside the movies. kNotFound when a path is missing or holds no known file, kUsage
// when it holds several.
Result<InputFiles> find_input_files(const std::filesystem::path& ratings,
                                    const std::filesystem::path& movies);

}  // namespace marquee
