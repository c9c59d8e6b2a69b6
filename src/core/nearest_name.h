// What somebody probably meant who wrote a name that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace marquee {

// The name that takes the fewest changed letters to write; the first of several. Empty when there
// are no names. Lives as long as `names`.
std::string_view nearest_name(std::string_view wrong, std::span<const std::string> names);

}  // namespace marquee
