#include "core/place.h"

#include <unistd.h>

#include <array>

namespace marquee {
namespace {

namespace fs = std::filesystem;

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

std::string place_of(const fs::path& data_dir) {
  std::error_code ignored;
  fs::path whole = fs::weakly_canonical(data_dir, ignored);
  if (whole.empty()) whole = data_dir;
  return host_name() + '\n' + whole.string();
}

}  // namespace marquee
