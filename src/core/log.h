// Logging for all rooms: spdlog to standard error, as text or as JSON lines.
#pragma once

#include <spdlog/spdlog.h>

#include <string>

#include "core/error.h"

namespace marquee {

struct LogOptions {
  std::string level = "info";   // trace, debug, info, warn, error, off
  std::string format = "text";  // text, json
};

// Sets up the process-wide logger; call once in main before threads start.
Status configure_log(const LogOptions& options);

}  // namespace marquee
