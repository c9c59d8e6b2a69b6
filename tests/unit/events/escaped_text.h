// Bytes in the text files of the events' tests.
#pragma once

#include <string>
#include <string_view>

namespace marquee {

// \xHH stands for a byte.
inline std::string unescape(std::string_view text) {
  std::string bytes;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text.substr(k, 2) == "\\x" && k + 3 < text.size()) {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(k + 2, 2)), nullptr, 16));
      k += 3;
    } else {
      bytes += text[k];
    }
  }
  return bytes;
}

}  // namespace marquee
