// Reads the data-driven cases under data/: see the top of data/ratings_cases.txt for their form.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace marquee {

struct FileCase {
  std::string name;
  std::string bytes;                // of the file, escapes resolved
  std::vector<std::string> wanted;  // the lines behind "-- "
  friend void PrintTo(const FileCase& c, std::ostream* out);
};

std::vector<FileCase> read_cases(const std::filesystem::path& path);

// The lines of `wanted` that start with `kind` and a blank, without these.
std::vector<std::string> wanted_of(const FileCase& file_case, const std::string& kind);

// "a: b" cut at the first ": ".
struct Told {
  std::string head;
  std::string text;
};
Told cut_told(const std::string& line);

}  // namespace marquee
