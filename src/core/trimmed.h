// Text without what surrounds it.
#pragma once

#include <string_view>

namespace marquee {

// `text` without the characters of `around` at both ends; a part of `text`.
constexpr std::string_view trimmed(std::string_view text, std::string_view around = " \t\r") {
  const auto first = text.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(around) - first + 1);
}

}  // namespace marquee
