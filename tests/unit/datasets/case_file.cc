#include "tests/unit/datasets/case_file.h"

#include <fstream>
#include <map>
#include <ostream>
#include <stdexcept>

namespace marquee {
namespace {

const std::map<char, char> kEscapes = {{'r', '\r'}, {'t', '\t'}, {'0', '\0'}, {'n', '\n'}};

std::string unescaped(const std::string& line) {
  std::string bytes;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      bytes += line[i];
    } else if (line[++i] == 'x') {
      bytes += static_cast<char>(std::stoi(line.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      bytes += kEscapes.at(line[i]);
    }
  }
  return bytes;
}

void add_line(FileCase& file_case, std::string line) {
  const bool ends_without_newline = line.ends_with("\\z");
  if (ends_without_newline) line.resize(line.size() - 2);
  file_case.bytes += unescaped(line);
  if (!ends_without_newline) file_case.bytes += '\n';
}

}  // namespace

void PrintTo(const FileCase& c, std::ostream* out) {
  *out << c.name;
}

std::vector<FileCase> read_cases(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::vector<FileCase> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("== "))
      cases.push_back({line.substr(3), "", {}});
    else if (cases.empty())
      continue;
    else if (line.starts_with("-- "))
      cases.back().wanted.push_back(line.substr(3));
    else if (cases.back().wanted.empty())
      add_line(cases.back(), line);
    else if (!line.empty())
      throw std::runtime_error(cases.back().name + ": text behind what is wanted: " + line);
  }
  return cases;
}

std::vector<std::string> wanted_of(const FileCase& file_case, const std::string& kind) {
  std::vector<std::string> lines;
  for (const std::string& line : file_case.wanted)
    if (line.starts_with(kind + " ")) lines.push_back(line.substr(kind.size() + 1));
  return lines;
}

Told cut_told(const std::string& line) {
  const auto colon = line.find(": ");
  if (colon == std::string::npos) throw std::runtime_error("no ': ' in " + line);
  return {line.substr(0, colon), line.substr(colon + 2)};
}

}  // namespace marquee
