// A file's bytes in memory of our own. Internal to model/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/error.h"

namespace marquee {

struct PrivateMemory {
  std::shared_ptr<const std::byte> bytes;  // aligned to a page at least; null when size is 0
  std::uint64_t size = 0;
};

// A copy of the whole file, not a mapping of it: what happens to the file afterwards changes
// nothing here. kNotFound when there is none; kCorrupt when it is no regular file or changes its
// size meanwhile.
Result<PrivateMemory> read_privately(const std::filesystem::path& path);

}  // namespace marquee
