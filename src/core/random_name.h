// Names that nobody else has or had.
#pragma once

#include <string>

namespace marquee {

// 64 random bits of the system as 16 hexadecimal digits.
std::string random_name();

}  // namespace marquee
