// Preloaded into a program (LD_PRELOAD), makes one of its changes to files fail. Settings come from
// the environment; a wrong one ends the program at once, so that no test passes for lack of faults.
//
//   FAULT_PREFIX      only files whose absolute path starts with this; no default
//   FAULT_CALL        comma list of write, pwrite, writev, fsync, fdatasync, ftruncate, rename,
//   link,
//                     unlink, mkdir, create (open with O_CREAT), or all; no default
//   FAULT_AT          which of these calls fails, counted from 1 over the process; 0: none
//   FAULT_ERRNO       what it fails with, a name (ENOSPC, EIO, …) or a number; KILL ends the
//   process
//                     instead, as by kill -9; default EIO
//   FAULT_STICKY      1: every later one fails, too, as on a full disk; default 0
//   FAULT_COUNT_FILE  receives how many of these calls were seen, always up to date; optional
//
// A failing call changes nothing. Reading, closing and what libc calls within itself (fopen) are
// not touched. Paths are taken as the program gives them: symbolic links are not followed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum call {
  WRITE,
  PWRITE,
  WRITEV,
  FSYNC,
  FDATASYNC,
  FTRUNCATE,
  RENAME,
  LINK,
  UNLINK,
  MKDIR,
  CREATE,
  CALLS
};
static const char* const kCallNames[CALLS] = {"write",     "pwrite",    "writev", "fsync",
                                              "fdatasync", "ftruncate", "rename", "link",
                                              "unlink",    "mkdir",     "create"};

static const struct {
  const char* name;
  int number;
} kErrors[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS},
               {"EACCES", EACCES}, {"EPERM", EPERM},   {"EMFILE", EMFILE}, {"EFBIG", EFBIG}};

enum { kKill = -1 };

static struct {
  const char* prefix;
  bool counted[CALLS];
  long at;
  int error_number;  // or kKill
  bool sticky;
  int count_file;  // -1: none
} settings;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long seen;

static void stop(const char* what, const char* value) {
  dprintf(STDERR_FILENO, "failing_io: %s: %s\n", what, value ? value : "not set");
  _exit(99);
}

static long number_of(const char* name, const char* text) {
  char* end = NULL;
  const long number = strtol(text, &end, 10);
  if (end == text || *end != '\0' || number < 0) stop(name, text);
  return number;
}

static long number_setting(const char* name) {
  const char* text = getenv(name);
  return text == NULL ? 0 : number_of(name, text);
}

static int error_setting(void) {
  const char* text = getenv("FAULT_ERRNO");
  if (text == NULL) return EIO;
  if (strcmp(text, "KILL") == 0) return kKill;
  for (size_t i = 0; i < sizeof kErrors / sizeof *kErrors; ++i)
    if (strcmp(text, kErrors[i].name) == 0) return kErrors[i].number;
  return (int)number_of("FAULT_ERRNO", text);
}

static void count_call_named(const char* name) {
  const bool all = strcmp(name, "all") == 0;
  bool known = all;
  for (int call = 0; call < CALLS; ++call) {
    if (!all && strcmp(name, kCallNames[call]) != 0) continue;
    settings.counted[call] = known = true;
  }
  if (!known) stop("FAULT_CALL", name);
}

static void read_calls(void) {
  const char* text = getenv("FAULT_CALL");
  if (text == NULL || *text == '\0') stop("FAULT_CALL", text);
  char names[256];
  if (strlen(text) >= sizeof names) stop("FAULT_CALL", text);
  strcpy(names, text);
  char* rest = NULL;
  for (char* name = strtok_r(names, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest))
    count_call_named(name);
}

static int open_count_file(void) {
  const char* path = getenv("FAULT_COUNT_FILE");
  if (path == NULL) return -1;
  const int file = REAL(open)(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) stop("FAULT_COUNT_FILE", path);
  return file;
}

static void tell_count(void) {
  if (settings.count_file < 0) return;
  char text[32];
  const int length = snprintf(text, sizeof text, "%ld\n", seen);
  if (REAL(pwrite)(settings.count_file, text, (size_t)length, 0) != length)
    stop("FAULT_COUNT_FILE", "cannot be written");
}

__attribute__((constructor)) static void read_settings(void) {
  const char* prefix = getenv("FAULT_PREFIX");
  if (prefix == NULL || prefix[0] != '/') stop("FAULT_PREFIX", prefix);
  read_calls();
  settings.at = number_setting("FAULT_AT");
  settings.error_number = error_setting();
  settings.sticky = number_setting("FAULT_STICKY") != 0;
  settings.count_file = open_count_file();
  settings.prefix = prefix;
  tell_count();
}

static bool is_below(const char* path) {
  return strncmp(path, settings.prefix, strlen(settings.prefix)) == 0;
}

static bool descriptor_is_below(int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return is_below(path);
}

static bool path_is_below(int folder, const char* path) {
  if (path[0] == '/') return is_below(path);
  char link[64], base[PATH_MAX], whole[2 * PATH_MAX];
  snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
  const ssize_t length = readlink(link, base, sizeof base - 1);
  if (length < 0) return false;
  base[length] = '\0';
  snprintf(whole, sizeof whole, "%s/%s", base, path);
  return is_below(whole);
}

// Counts the call; says whether it is to fail, with errno set.
static bool count_and_fail(void) {
  pthread_mutex_lock(&mutex);
  const long n = ++seen;
  tell_count();
  pthread_mutex_unlock(&mutex);
  if (settings.at == 0 || (settings.sticky ? n < settings.at : n != settings.at)) return false;
  if (settings.error_number == kKill) kill(getpid(), SIGKILL);
  errno = settings.error_number;
  return true;
}

static bool counts(enum call call) {
  return settings.prefix != NULL && settings.counted[call];
}

// errno is left alone unless the call is to fail.
static bool fails_on(enum call call, int descriptor) {
  if (!counts(call)) return false;
  const int before = errno;
  const bool below = descriptor_is_below(descriptor);
  errno = before;
  return below && count_and_fail();
}

static bool fails_at(enum call call, int folder, const char* path) {
  if (!counts(call)) return false;
  const int before = errno;
  const bool below = path_is_below(folder, path);
  errno = before;
  return below && count_and_fail();
}

static bool fails_between(enum call call, int folder, const char* from, int other, const char* to) {
  if (!counts(call)) return false;
  const int before = errno;
  const bool below = path_is_below(folder, from) || path_is_below(other, to);
  errno = before;
  return below && count_and_fail();
}

ssize_t write(int file, const void* bytes, size_t size) {
  return fails_on(WRITE, file) ? -1 : REAL(write)(file, bytes, size);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t position) {
  return fails_on(PWRITE, file) ? -1 : REAL(pwrite)(file, bytes, size, position);
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t position) {
  return fails_on(PWRITE, file) ? -1 : REAL(pwrite64)(file, bytes, size, position);
}

ssize_t writev(int file, const struct iovec* parts, int count) {
  return fails_on(WRITEV, file) ? -1 : REAL(writev)(file, parts, count);
}

int fsync(int file) {
  return fails_on(FSYNC, file) ? -1 : REAL(fsync)(file);
}

int fdatasync(int file) {
  return fails_on(FDATASYNC, file) ? -1 : REAL(fdatasync)(file);
}

int ftruncate(int file, off_t size) {
  return fails_on(FTRUNCATE, file) ? -1 : REAL(ftruncate)(file, size);
}

int ftruncate64(int file, off64_t size) {
  return fails_on(FTRUNCATE, file) ? -1 : REAL(ftruncate64)(file, size);
}

int rename(const char* from, const char* to) {
  return fails_between(RENAME, AT_FDCWD, from, AT_FDCWD, to) ? -1 : REAL(rename)(from, to);
}

int renameat(int folder, const char* from, int other, const char* to) {
  return fails_between(RENAME, folder, from, other, to) ? -1
                                                        : REAL(renameat)(folder, from, other, to);
}

int renameat2(int folder, const char* from, int other, const char* to, unsigned flags) {
  return fails_between(RENAME, folder, from, other, to)
             ? -1
             : REAL(renameat2)(folder, from, other, to, flags);
}

int link(const char* from, const char* to) {
  return fails_between(LINK, AT_FDCWD, from, AT_FDCWD, to) ? -1 : REAL(link)(from, to);
}

int linkat(int folder, const char* from, int other, const char* to, int flags) {
  return fails_between(LINK, folder, from, other, to)
             ? -1
             : REAL(linkat)(folder, from, other, to, flags);
}

int unlink(const char* path) {
  return fails_at(UNLINK, AT_FDCWD, path) ? -1 : REAL(unlink)(path);
}

int unlinkat(int folder, const char* path, int flags) {
  return fails_at(UNLINK, folder, path) ? -1 : REAL(unlinkat)(folder, path, flags);
}

int remove(const char* path) {
  return fails_at(UNLINK, AT_FDCWD, path) ? -1 : REAL(remove)(path);
}

int mkdir(const char* path, mode_t mode) {
  return fails_at(MKDIR, AT_FDCWD, path) ? -1 : REAL(mkdir)(path, mode);
}

static mode_t mode_of(int flags, va_list* rest) {
  return (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(*rest, mode_t) : 0;
}

// The four ways to open; each passes its own variable argument on.
#define OPENING(folder, flags, real_call)                             \
  va_list rest;                                                       \
  va_start(rest, flags);                                              \
  const mode_t mode = mode_of(flags, &rest);                          \
  va_end(rest);                                                       \
  if ((flags & O_CREAT) && fails_at(CREATE, folder, path)) return -1; \
  return real_call

int open(const char* path, int flags, ...) {
  OPENING(AT_FDCWD, flags, REAL(open)(path, flags, mode));
}

int open64(const char* path, int flags, ...) {
  OPENING(AT_FDCWD, flags, REAL(open64)(path, flags, mode));
}

int openat(int folder, const char* path, int flags, ...) {
  OPENING(folder, flags, REAL(openat)(folder, path, flags, mode));
}

int openat64(int folder, const char* path, int flags, ...) {
  OPENING(folder, flags, REAL(openat64)(folder, path, flags, mode));
}
