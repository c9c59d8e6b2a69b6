// Does to files what its arguments say, in order, and prints a line for each: ok, or the error's
// name. io_probe FOLDER OPERATION…; an operation is a name of failing_io's, with 64 behind it for
// the variant of that name.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int file;

static int do_write(void) {
  return (int)write(file, "x", 1);
}
static int do_pwrite(void) {
  return (int)pwrite(file, "x", 1, 0);
}
static int do_pwrite64(void) {
  return (int)pwrite64(file, "x", 1, 0);
}
static int do_writev(void) {
  struct iovec part = {"x", 1};
  return (int)writev(file, &part, 1);
}
static int do_fsync(void) {
  return fsync(file);
}
static int do_fdatasync(void) {
  return fdatasync(file);
}
static int do_ftruncate(void) {
  return ftruncate(file, 0);
}
static int do_ftruncate64(void) {
  return ftruncate64(file, 0);
}
static int do_rename(void) {
  return rename("file", "file");
}
static int do_renameat(void) {
  return renameat(AT_FDCWD, "file", AT_FDCWD, "file");
}
static int do_link(void) {
  return link("file", "linked");
}
static int do_unlink(void) {
  return unlink("linked");
}
static int do_remove(void) {
  return remove("linked");
}
static int do_mkdir(void) {
  return mkdir("folder", 0755);
}
static int do_create(void) {
  return open("file", O_CREAT | O_RDWR, 0644);
}
static int do_create64(void) {
  return open64("file", O_CREAT | O_RDWR, 0644);
}
static int do_createat(void) {
  return openat(AT_FDCWD, "file", O_CREAT | O_RDWR, 0644);
}
static int do_createat64(void) {
  return openat64(AT_FDCWD, "file", O_CREAT | O_RDWR, 0644);
}
static int do_open(void) {
  return open("file", O_RDONLY);
}
static int do_outside(void) {
  return (int)write(STDERR_FILENO, "", 0);
}

static const struct {
  const char* name;
  int (*run)(void);
} kOperations[] = {{"write", do_write},         {"pwrite", do_pwrite},
                   {"pwrite64", do_pwrite64},   {"writev", do_writev},
                   {"fsync", do_fsync},         {"fdatasync", do_fdatasync},
                   {"ftruncate", do_ftruncate}, {"ftruncate64", do_ftruncate64},
                   {"rename", do_rename},       {"renameat", do_renameat},
                   {"link", do_link},           {"unlink", do_unlink},
                   {"remove", do_remove},       {"mkdir", do_mkdir},
                   {"create", do_create},       {"create64", do_create64},
                   {"createat", do_createat},   {"createat64", do_createat64},
                   {"open", do_open},           {"outside", do_outside}};

static int run(const char* name) {
  for (size_t i = 0; i < sizeof kOperations / sizeof *kOperations; ++i)
    if (strcmp(name, kOperations[i].name) == 0) return kOperations[i].run();
  errno = EINVAL;
  return -1;
}

int main(int count, char** arguments) {
  if (count < 2 || chdir(arguments[1]) != 0) return 2;
  file = open("file", O_RDWR);
  for (int i = 2; i < count; ++i) {
    const int result = run(arguments[i]);
    printf("%s\n", result < 0 ? strerrorname_np(errno) : "ok");
    fflush(stdout);
  }
  return 0;
}
