// Whether bytes are text at all, and how text becomes UTF-8. Internal to datasets.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace marquee {

// kUnfit, naming `file`, when it is empty, compressed, UTF-16 or binary.
Status check_is_text(std::string_view bytes, const std::string& file);

// The bytes without a leading UTF-8 byte order mark.
std::string_view without_byte_order_mark(std::string_view bytes);

// Text that is not valid UTF-8 is taken for Latin-1, as the older MovieLens files are.
std::string to_utf8(std::string bytes);

}  // namespace marquee
