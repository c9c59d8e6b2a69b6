#include "model/private_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/durable_file.h"

namespace marquee {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> changed(const std::filesystem::path& path) {
  return fail(ErrorCode::kCorrupt, "the file changed while it was read", path.string(),
              "write it under another name first and rename it into place");
}

Result<std::uint64_t> regular_file_size(int descriptor, const std::filesystem::path& path) {
  struct stat info{};
  if (::fstat(descriptor, &info) != 0)
    return std::unexpected(os_error(errno, "cannot read file", path));
  if (!S_ISREG(info.st_mode))
    return fail(ErrorCode::kCorrupt, "not a regular file", path.string(), "name a model file");
  return static_cast<std::uint64_t>(info.st_size);
}

Result<std::shared_ptr<std::byte>> allocate(std::uint64_t size, const std::filesystem::path& path) {
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return std::unexpected(os_error(errno, "no memory to hold the file", path));
  ::madvise(memory, size, MADV_HUGEPAGE);  // far fewer page faults; only advice, may fail
  return std::shared_ptr<std::byte>(static_cast<std::byte*>(memory),
                                    [size](std::byte* bytes) { ::munmap(bytes, size); });
}

// Bytes read at `to`, fewer than `size` only at the end of the file.
Result<std::uint64_t> read_up_to(int descriptor, std::byte* to, std::uint64_t size,
                                 const std::filesystem::path& path) {
  std::uint64_t done = 0;
  while (done < size) {
    const ssize_t n = ::read(descriptor, to + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(os_error(errno, "cannot read file", path));
    if (n == 0) break;
    done += static_cast<std::uint64_t>(n);
  }
  return done;
}

}  // namespace

Result<PrivateMemory> read_privately(const std::filesystem::path& path) {
  // Not blocking: a named pipe in the file's place must not hold the server up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    Error error = os_error(errno, "cannot open file", path);
    if (errno == ENOENT) error.code = ErrorCode::kNotFound;
    return std::unexpected(std::move(error));
  }
  MARQUEE_ASSIGN(const std::uint64_t size, regular_file_size(file.get(), path));
  if (size == 0) return PrivateMemory{};
  MARQUEE_ASSIGN(std::shared_ptr<std::byte> memory, allocate(size, path));
  MARQUEE_ASSIGN(const std::uint64_t done, read_up_to(file.get(), memory.get(), size, path));
  std::byte beyond{};
  MARQUEE_ASSIGN(const std::uint64_t more, read_up_to(file.get(), &beyond, 1, path));
  if (done != size || more != 0) return changed(path);
  ::mprotect(memory.get(), size, PROT_READ);  // a stray write becomes a crash, not a wrong list
  return PrivateMemory{std::move(memory), size};
}

}  // namespace marquee
