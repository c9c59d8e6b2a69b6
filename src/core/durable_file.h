// Files that survive a power cut once a call returns, and locks between processes.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace marquee {

// Replaces `path` by `bytes` atomically and durably: writes "<path>.tmp-<pid>" beside it, fsyncs it, renames
// it over `path`, fsyncs the folder. On failure the old file is untouched and the temporary is removed.
Status write_file_durably(const std::filesystem::path& path, std::string_view bytes);

// The same in pieces, for files too large to hold twice. Not thread-safe. Destroyed without commit(), it
// leaves nothing behind.
class DurableFile {
 public:
  static Result<DurableFile> create(const std::filesystem::path& path);
  DurableFile(DurableFile&& other) noexcept;
  DurableFile& operator=(DurableFile&&) = delete;
  ~DurableFile();

  Status append(std::span<const std::byte> bytes);
  // Overwrites bytes already appended (a header whose checksum is known only at the end).
  Status write_at(std::uint64_t position, std::span<const std::byte> bytes);
  // fsync, rename, fsync of the folder. Nothing may be called after it.
  Status commit();

 private:
  DurableFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor);
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

// Appends one line to a history file and fsyncs it; a last line that a power cut tore is ended first.
// `line` must hold no newline.
Status append_line_durably(const std::filesystem::path& path, std::string_view line);

// Renames within one file system, then fsyncs the folder of `to`.
Status rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

Result<std::string> read_file(const std::filesystem::path& path);

// mkdir -p with an Error that names the folder that could not be made.
Status make_folders(const std::filesystem::path& path);

// An advisory lock (flock) on a file, held until destroyed or the process ends, however it ends.
class FileLock {
 public:
  // kUnavailable when another process (or another FileLock here) holds it.
  static Result<FileLock> try_acquire(const std::filesystem::path& path);
  // The same beside others that share it; kUnavailable when somebody holds it alone.
  static Result<FileLock> try_share(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  static Result<FileLock> lock(const std::filesystem::path& path, int operation);
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

// "No space left on device" and the like for an errno value, with how to mend the common ones.
Error os_error(int error_number, std::string what, const std::filesystem::path& where);

}  // namespace marquee
