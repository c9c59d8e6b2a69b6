// Attacks on model files are made from a valid one: its header is taken out, changed, and sealed
// again with the right length and checksum, so that only the change itself can be what is refused.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace marquee {

std::vector<std::byte> bytes_of(const std::string& text);

// The JSON with its padding, and the tensors' bytes, of a whole file.
std::string header_of(const std::string& file);
std::string body_of(const std::string& file);

// The header with the digits of its checksum replaced by zeros.
std::string with_zeroed_checksum(std::string header);

// A whole file of both: the header padded, the digits of its checksum (if it holds any zeroed one)
// set right.
std::string sealed(std::string header, const std::string& body);

// One line of an attack file: `from` in a header is replaced by `to`, and the refusal must hold
// `words`.
struct HeaderAttack {
  std::string name;
  std::string from;
  std::string to;
  std::string words;

  // The attacked header, its padding taken off; empty when `from` does not stand there.
  std::string on(const std::string& header) const;
};

// Lines "name | from | to | words", blanks around the bars ignored but for one before `to`; '#'
// begins a comment.
std::vector<HeaderAttack> read_attacks(const std::string& path);

}  // namespace marquee
