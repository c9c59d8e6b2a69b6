// Lets the n-th change that this process makes to a file system fail, or kills the process there.
// Works by standing before libc's write, fsync, rename, link and unlink in this test's binary.
#pragma once

namespace marquee {

enum class IoFault {
  kNone,
  kFailOnce,    // the n-th call fails
  kFailFrom,    // the n-th call and all later writes and fsyncs fail: a full or dying disk
  kKillBefore,  // the process ends before the n-th call, as by kill -9
  kKillAfter,   // … and right after it
};

// From now on; counts from 1. Returns to normal with IoFault::kNone.
void set_io_fault(IoFault fault, int nth);

// Whether the n-th call came since set_io_fault.
bool io_fault_came();

}  // namespace marquee
