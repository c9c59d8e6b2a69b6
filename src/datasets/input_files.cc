#include "datasets/input_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "core/durable_file.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

// The names under which a data set is handed out; "*" stands for any stem.
struct KnownNames {
  std::string_view ratings;
  std::string_view movies;
  std::string_view tags;  // empty: has none
};
constexpr std::array<KnownNames, 4> kKnownNames = {{{"ratings.csv", "movies.csv", "tags.csv"},
                                                    {"ratings.dat", "movies.dat", "tags.dat"},
                                                    {"u.data", "u.item", ""},
                                                    {"*.inter", "*.item", ""}}};

using Role = std::string_view KnownNames::*;

std::string_view base_name(std::string_view name) {
  return name.substr(name.rfind('/') + 1);
}

bool matches(std::string_view name, std::string_view pattern) {
  const auto base = base_name(name);
  return pattern.starts_with('*') ? base.ends_with(pattern.substr(1)) && base != "u.item"
                                  : base == pattern;
}

const KnownNames* known_names_of(std::string_view name, Role role) {
  const auto found = std::ranges::find_if(
      kKnownNames, [&](const auto& known) { return matches(name, known.*role); });
  return found == kKnownNames.end() ? nullptr : &*found;
}

// "a/ml.inter" with "*.item" is "a/ml.item"; with "movies.csv" it is "a/movies.csv".
std::string sibling(std::string_view name, std::string_view pattern) {
  const auto base = base_name(name);
  const std::string folder(name.substr(0, name.size() - base.size()));
  if (!pattern.starts_with('*')) return folder + std::string(pattern);
  return folder + std::string(base.substr(0, base.rfind('.'))) + std::string(pattern.substr(1));
}

std::optional<InputFile> find_beside(const InputFile& file, Role own_role, Role wanted) {
  const KnownNames* known = known_names_of(file.name, own_role);
  if (known == nullptr || (known->*wanted).empty()) return std::nullopt;
  const std::string name = sibling(file.name, known->*wanted);
  if (!file.collection->contains(name)) return std::nullopt;
  return InputFile{file.collection, name};
}

std::vector<std::string> shallowest(std::vector<std::string> names) {
  const auto depth = [](const std::string& name) { return std::ranges::count(name, '/'); };
  if (names.empty()) return names;
  const auto least = std::ranges::min(names | std::views::transform(depth));
  std::erase_if(names, [&](const auto& name) { return depth(name) > least; });
  return names;
}

Result<InputFile> find_in(std::shared_ptr<FileCollection> collection, Role role,
                          const fs::path& path, std::string_view option) {
  MARQUEE_ASSIGN(auto names, collection->names());
  std::erase_if(names, [&](const auto& name) { return known_names_of(name, role) == nullptr; });
  names = shallowest(std::move(names));
  if (names.size() == 1) return InputFile{std::move(collection), names.front()};
  if (names.size() > 1)
    return fail(ErrorCode::kUsage,
                fmt::format("several files could be meant: {}", fmt::join(names, ", ")),
                path.string(), fmt::format("give one of them as {}", option));
  std::string known;
  for (const auto& row : kKnownNames)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", row.*role);
  return fail(ErrorCode::kNotFound, fmt::format("none of the files {} is there", known),
              path.string(), fmt::format("give the file itself as {}", option));
}

enum class PathKind { kMissing, kFile, kFolder, kZip };

PathKind kind_of(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) return PathKind::kMissing;
  if (fs::is_directory(status)) return PathKind::kFolder;
  const bool zipped = fs::is_regular_file(status) && (path.extension() == ".zip" || is_zip(path));
  return zipped ? PathKind::kZip : PathKind::kFile;
}

Result<InputFile> find_input(const fs::path& path, Role role, std::string_view option) {
  switch (kind_of(path)) {
    case PathKind::kFile:
      return InputFile{open_folder(path.parent_path()), path.filename().string()};
    case PathKind::kFolder:
      return find_in(open_folder(path), role, path, option);
    case PathKind::kZip: {
      MARQUEE_ASSIGN(auto archive, open_zip(path));
      return find_in(std::move(archive), role, path, option);
    }
    case PathKind::kMissing:
      break;
  }
  return fail(ErrorCode::kNotFound, "there is no such file or folder", path.string(),
              fmt::format("check the path given as {}", option));
}

}  // namespace

Result<InputFiles> find_input_files(const fs::path& ratings, const fs::path& movies) {
  InputFiles files;
  MARQUEE_ASSIGN(files.ratings, find_input(ratings, &KnownNames::ratings, "--ratings"));
  if (!movies.empty()) {
    MARQUEE_ASSIGN(files.movies, find_input(movies, &KnownNames::movies, "--movies"));
  } else if (kind_of(ratings) != PathKind::kFile) {
    files.movies = find_beside(files.ratings, &KnownNames::ratings, &KnownNames::movies);
  }
  if (files.movies) files.tags = find_beside(*files.movies, &KnownNames::movies, &KnownNames::tags);
  return files;
}

}  // namespace marquee
