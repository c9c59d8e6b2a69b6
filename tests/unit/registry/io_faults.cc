#include "tests/unit/registry/io_faults.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace marquee {
namespace {

IoFault fault = IoFault::kNone;
int nth = 0;
int calls = 0;

bool fails(bool is_write) {
  if (fault == IoFault::kFailOnce) return calls == nth;
  return fault == IoFault::kFailFrom && calls >= nth && is_write;
}

// Runs one call of libc's, or what stands in for it.
template <typename Call>
auto guarded(bool is_write, int error_number, Call call) -> decltype(call()) {
  if (fault == IoFault::kNone) return call();
  ++calls;
  if (fault == IoFault::kKillBefore && calls == nth) _exit(9);
  if (fails(is_write)) {
    errno = error_number;
    return -1;
  }
  const auto result = call();
  if (fault == IoFault::kKillAfter && calls == nth) _exit(9);
  return result;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void set_io_fault(IoFault wanted, int n) {
  fault = wanted;
  nth = n;
  calls = 0;
}

bool io_fault_came() {
  return calls >= nth;
}

}  // namespace marquee

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static const auto real = marquee::next<ssize_t (*)(int, const void*, size_t)>("write");
  if (descriptor <= STDERR_FILENO) return real(descriptor, bytes, size);
  return marquee::guarded(true, ENOSPC, [&] { return real(descriptor, bytes, size); });
}

int fsync(int descriptor) {
  static const auto real = marquee::next<int (*)(int)>("fsync");
  return marquee::guarded(true, EIO, [&] { return real(descriptor); });
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = marquee::next<int (*)(const char*, const char*)>("rename");
  return marquee::guarded(false, EIO, [&] { return real(from, to); });
}

int link(const char* from, const char* to) noexcept {
  static const auto real = marquee::next<int (*)(const char*, const char*)>("link");
  return marquee::guarded(false, EPERM, [&] { return real(from, to); });
}

int unlink(const char* path) noexcept {
  static const auto real = marquee::next<int (*)(const char*)>("unlink");
  return marquee::guarded(false, EIO, [&] { return real(path); });
}

}  // extern "C"
