// Which texts are keys of objects.
#pragma once

#include <string_view>

namespace marquee {

// A relative path of '/'-separated parts, none of them empty, "." or "..".
bool is_object_key(std::string_view key);

}  // namespace marquee
