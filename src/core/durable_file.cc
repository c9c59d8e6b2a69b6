#include "core/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace marquee {
namespace {

namespace fs = std::filesystem;

std::string advice(int error_number, const fs::path& where) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT: return "free space on the disk of " + where.parent_path().string() + " and run it again";
    case EACCES:
    case EPERM:
    case EROFS: return "give the user write permission there, or choose another --data-dir";
    case ENOENT: return "check the path";
    case EMFILE: return "raise the limit of open files (ulimit -n)";
    default: return "";
  }
}

Status write_all(int descriptor, std::span<const std::byte> bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(os_error(errno, "cannot write", path));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Status sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(os_error(errno, "cannot open folder", folder));
  const int rc = ::fsync(descriptor);
  const int error_number = errno;
  ::close(descriptor);
  if (rc != 0) return std::unexpected(os_error(error_number, "cannot sync folder", folder));
  return {};
}

bool ends_within_a_line(int descriptor) {
  struct stat info {};
  char last = '\n';
  return ::fstat(descriptor, &info) == 0 && info.st_size > 0 &&
         ::pread(descriptor, &last, 1, info.st_size - 1) == 1 && last != '\n';
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

Error os_error(int error_number, std::string what, const fs::path& where) {
  return Error{ErrorCode::kIo, what + ": " + std::generic_category().message(error_number),
               where.string(), advice(error_number, where)};
}

Result<DurableFile> DurableFile::create(const fs::path& path) {
  fs::path temporary = path;
  temporary += ".tmp-" + std::to_string(::getpid());
  const int descriptor = ::open(temporary.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0644);
  if (descriptor < 0) return std::unexpected(os_error(errno, "cannot create file", temporary));
  return DurableFile(path, std::move(temporary), descriptor);
}

DurableFile::DurableFile(fs::path path, fs::path temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

DurableFile::~DurableFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

Status DurableFile::append(std::span<const std::byte> bytes) {
  return write_all(descriptor_, bytes, path_);
}

Status DurableFile::write_at(std::uint64_t position, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(os_error(errno, "cannot write", path_));
    position += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Status DurableFile::commit() {
  if (::fsync(descriptor_) != 0)
    return std::unexpected(os_error(errno, "cannot sync file", path_));
  // The file is renamed while still open: a failing rename leaves it to the destructor.
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    return std::unexpected(os_error(errno, "cannot move file into place", path_));
  ::close(std::exchange(descriptor_, -1));
  return sync_folder(folder_of(path_));
}

Status write_file_durably(const fs::path& path, std::string_view bytes) {
  MARQUEE_ASSIGN(auto file, DurableFile::create(path));
  MARQUEE_TRY(file.append(std::as_bytes(std::span(bytes))));
  return file.commit();
}

Status append_line_durably(const fs::path& path, std::string_view line) {
  const int descriptor = ::open(path.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return std::unexpected(os_error(errno, "cannot open file", path));
  const std::string text =
      fmt::format("{}{}\n", ends_within_a_line(descriptor) ? "\n" : "", line);
  Status status = write_all(descriptor, std::as_bytes(std::span(text)), path);
  if (status && ::fsync(descriptor) != 0)
    status = std::unexpected(os_error(errno, "cannot sync file", path));
  ::close(descriptor);
  if (!status) return status;
  return sync_folder(folder_of(path));
}

Status rename_durably(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return std::unexpected(os_error(errno, "cannot move file to " + to.string(), from));
  return sync_folder(folder_of(to));
}

Result<std::string> read_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    Error error = os_error(errno, "cannot open file", path);
    if (errno == ENOENT) error.code = ErrorCode::kNotFound;
    return std::unexpected(std::move(error));
  }
  std::string bytes;
  struct stat info {};
  if (::fstat(descriptor, &info) == 0 && info.st_size > 0)
    bytes.reserve(static_cast<std::size_t>(info.st_size));
  constexpr std::size_t kChunk = 1 << 20;
  for (;;) {
    const std::size_t old_size = bytes.size();
    bytes.resize(old_size + kChunk);
    const ssize_t n = ::read(descriptor, bytes.data() + old_size, kChunk);
    const int error_number = errno;
    bytes.resize(old_size + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (n < 0 && error_number == EINTR) continue;
    if (n < 0) {
      ::close(descriptor);
      return std::unexpected(os_error(error_number, "cannot read file", path));
    }
    if (n == 0) break;
  }
  ::close(descriptor);
  return bytes;
}

Status make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return std::unexpected(os_error(error.value(), "cannot make folder", path));
  return {};
}

Result<FileLock> FileLock::try_acquire(const fs::path& path) {
  return lock(path, LOCK_EX);
}

Result<FileLock> FileLock::try_share(const fs::path& path) {
  return lock(path, LOCK_SH);
}

Result<FileLock> FileLock::lock(const fs::path& path, int operation) {
  const int descriptor = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (descriptor < 0) return std::unexpected(os_error(errno, "cannot open lock file", path));
  if (::flock(descriptor, operation | LOCK_NB) != 0) {
    const int error_number = errno;
    ::close(descriptor);
    if (error_number == EWOULDBLOCK)
      return fail(ErrorCode::kUnavailable, "another process holds the lock", path.string(),
                  "wait for it to end");
    return std::unexpected(os_error(error_number, "cannot lock file", path));
  }
  return FileLock(descriptor);
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace marquee
