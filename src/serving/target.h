// The request target ("/movie/50/similar?top_n=5") taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace marquee::serving {

struct Target {
  std::vector<std::string> segments;  // decoded; {"movie", "50", "similar"}; empty for "/"
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in the order given

  // The last value given for `name`; null when there is none.
  const std::string* find(std::string_view name) const;
};

// Accepts origin form ("/a?b") and absolute form ("http://host/a?b"). nullopt: neither, or a broken
// %-escape, or an escape that stands for a NUL.
std::optional<Target> parse_target(std::string_view text);

}  // namespace marquee::serving
