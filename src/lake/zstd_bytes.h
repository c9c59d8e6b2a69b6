// Whole buffers through Zstandard. The only contact with libzstd.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace marquee::lake {

// One frame that carries its size and a checksum. kInternal when memory runs out.
Result<std::string> zstd_compressed(std::string_view bytes);

// kCorrupt for what is not one whole frame of zstd_compressed() or of a tool that notes the size,
// as the zstd program does for files. `where` names the bytes in the error.
Result<std::string> zstd_decompressed(std::string_view bytes, std::string_view where);

}  // namespace marquee::lake
