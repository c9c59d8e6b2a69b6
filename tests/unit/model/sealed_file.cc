#include "tests/unit/model/sealed_file.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cstring>
#include <fstream>
#include <span>

namespace marquee {
namespace {

constexpr std::string_view kKey = "\"xxh3\":\"";
constexpr std::string_view kZeroedChecksum = "\"xxh3\":\"0000000000000000\"";
constexpr std::size_t kDigits = 16;

std::size_t header_length(const std::string& file) {
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof(length));
  return length;
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string without_leading_blanks(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == text.npos ? "" : text.substr(first);
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t bar = line.find('|'); bar != line.npos; bar = line.find('|', begin)) {
    fields.push_back(trimmed(line.substr(begin, bar - begin)));
    begin = bar + 1;
  }
  fields.push_back(trimmed(line.substr(begin)));
  return fields;
}

}  // namespace

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string header_of(const std::string& file) {
  return file.substr(8, header_length(file));
}

std::string body_of(const std::string& file) {
  return file.substr(8 + header_length(file));
}

std::string with_zeroed_checksum(std::string header) {
  return header.replace(header.find(kKey) + kKey.size(), kDigits, kDigits, '0');
}

std::string sealed(std::string header, const std::string& body) {
  const std::size_t key = header.find(kZeroedChecksum);
  header.resize((header.size() + 8 + 63) / 64 * 64 - 8, ' ');
  const std::uint64_t length = header.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof(length));
  file += header + body;
  if (key != header.npos)
    file.replace(8 + key + kKey.size(), kDigits,
                 fmt::format("{:016x}", XXH3_64bits(file.data(), file.size())));
  return file;
}

std::string HeaderAttack::on(const std::string& header) const {
  const std::size_t found = header.find(from);
  if (found == header.npos) return "";
  return trimmed(std::string(header).replace(found, from.size(), to));
}

std::vector<HeaderAttack> read_attacks(const std::string& path) {
  std::vector<HeaderAttack> attacks;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> fields = fields_of(line);
    if (fields.size() != 4) return {};
    attacks.push_back({.name = fields[0],
                       .from = without_leading_blanks(fields[1]),
                       .to = fields[2].empty() ? "" : fields[2].substr(1),
                       .words = without_leading_blanks(fields[3])});
  }
  return attacks;
}

}  // namespace marquee
