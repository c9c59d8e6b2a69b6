#include "cli/id_check.h"

#include <charconv>
#include <cstdint>

namespace marquee::cli {

CLI::Validator id_check() {
  return {[](const std::string& text) -> std::string {
            std::int64_t id = 0;
            const char* const end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, id);
            if (error == std::errc() && stop == end && id > 0) return "";
            return "'" + text + "' is no id: give a whole number above 0";
          },
          ""};
}

}  // namespace marquee::cli
