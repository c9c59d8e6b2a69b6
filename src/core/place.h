// Where a program is at work: what tells two machines, or two data dirs of one machine, apart.
#pragma once

#include <filesystem>
#include <string>

namespace marquee {

// Host name and data dir as one text, the same at every start; for programs to compare, not to
// read.
std::string place_of(const std::filesystem::path& data_dir);

}  // namespace marquee
