// Consumers into the lake, and whoever must be sure that none of this data dir runs.
#pragma once

#include <filesystem>

#include "core/durable_file.h"

namespace marquee {

// <data-dir>/consumers.lock. What a consumer holds while it runs, beside others; kUnavailable while
// somebody keeps them away.
Result<FileLock> begin_to_consume(const std::filesystem::path& data_dir);

// Nobody can begin as long as it is held; kUnavailable while one runs.
Result<FileLock> keep_consumers_away(const std::filesystem::path& data_dir);

}  // namespace marquee
