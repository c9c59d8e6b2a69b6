#include "objects/object_key.h"

#include <algorithm>

namespace marquee {

bool is_object_key(std::string_view key) {
  for (;;) {
    const std::size_t end = std::min(key.find('/'), key.size());
    const std::string_view part = key.substr(0, end);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == key.size()) return true;
    key.remove_prefix(end + 1);
  }
}

}  // namespace marquee
