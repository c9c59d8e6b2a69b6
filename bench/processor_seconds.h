// What a measurement of a whole process is told in beside wall time.
#pragma once

#include <sys/resource.h>

namespace marquee {

// Seconds of processor time that this process has used, on all its threads.
inline double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace marquee
