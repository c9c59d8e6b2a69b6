#include "objects/local_store.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <ranges>
#include <system_error>
#include <thread>

#include "core/durable_file.h"
#include "objects/object_key.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLockFile = ".conditional-puts.lock";
constexpr std::string_view kTemporary = ".tmp-";  // what write_file_durably writes beside a file

std::string version_of(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

bool is_temporary(std::string_view name) {
  const std::size_t mark = name.rfind(kTemporary);
  if (mark == std::string_view::npos) return false;
  const std::string_view process = name.substr(mark + kTemporary.size());
  return !process.empty() &&
         std::ranges::all_of(process, [](char c) { return c >= '0' && c <= '9'; });
}

Result<FileLock> wait_for_lock(const fs::path& path) {
  constexpr int kAttempts = 1000;
  constexpr std::chrono::milliseconds kPause(10);
  for (int attempt = 1;; ++attempt) {
    auto lock = FileLock::try_acquire(path);
    if (lock || lock.error().code != ErrorCode::kUnavailable || attempt == kAttempts) return lock;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

Result<fs::path> LocalStore::path_of(std::string_view key) const {
  if (!is_object_key(key))
    return fail(ErrorCode::kUsage, fmt::format("not a valid object key: '{}'", key), name());
  return folder_ / fs::path(key);
}

Status LocalStore::put(std::string_view key, std::string_view bytes) {
  MARQUEE_ASSIGN(const fs::path path, path_of(key));
  MARQUEE_TRY(make_folders(path.parent_path()));
  return write_file_durably(path, bytes);
}

Result<std::string> LocalStore::put_if(std::string_view key, std::string_view bytes,
                                       std::string_view version) {
  MARQUEE_TRY(make_folders(folder_));
  const std::lock_guard guard(mutex_);
  MARQUEE_ASSIGN(const FileLock lock, wait_for_lock(folder_ / kLockFile));
  const auto present = get_versioned(key);
  if (!present && present.error().code != ErrorCode::kNotFound)
    return std::unexpected(present.error());
  const std::string found = present ? present->version : "";
  if (found != version)
    return fail(ErrorCode::kConflict, "the object was changed by somebody else",
                fmt::format("{}/{}", name(), key));
  MARQUEE_TRY(put(key, bytes));
  return version_of(bytes);
}

Result<std::string> LocalStore::get(std::string_view key) {
  MARQUEE_ASSIGN(const fs::path path, path_of(key));
  return read_file(path);
}

Result<VersionedObject> LocalStore::get_versioned(std::string_view key) {
  MARQUEE_ASSIGN(std::string bytes, get(key));
  std::string version = version_of(bytes);
  return VersionedObject{std::move(bytes), std::move(version)};
}

Result<std::vector<ObjectInfo>> LocalStore::list(std::string_view prefix) {
  std::vector<ObjectInfo> objects;
  // Only the folder that the prefix names can hold matches.
  const fs::path root = folder_ / fs::path(prefix.substr(0, prefix.rfind('/') + 1));
  std::error_code error;
  if (!fs::exists(root, error)) return objects;
  for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;  // a file may be replaced or removed while the folder is read
    if (!entry->is_regular_file(gone)) continue;
    const std::string key = entry->path().lexically_relative(folder_).generic_string();
    if (!key.starts_with(prefix) || key == kLockFile || is_temporary(key)) continue;
    const std::uint64_t size = entry->file_size(gone);
    if (!gone) objects.push_back({key, size});
  }
  if (error) return std::unexpected(os_error(error.value(), "cannot read folder", root));
  std::ranges::sort(objects, {}, &ObjectInfo::key);
  return objects;
}

Status LocalStore::remove(std::string_view key) {
  MARQUEE_ASSIGN(const fs::path path, path_of(key));
  std::error_code error;
  fs::remove(path, error);
  if (error) return std::unexpected(os_error(error.value(), "cannot remove", path));
  return {};
}

Result<std::unique_ptr<ObjectStore>> open_local_store(const fs::path& folder) {
  MARQUEE_TRY(make_folders(folder));
  return std::make_unique<LocalStore>(folder);
}

}  // namespace marquee
