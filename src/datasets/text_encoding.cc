#include "datasets/text_encoding.h"

#include <utf8.h>

namespace marquee {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::size_t kSniffedBytes = 4096;

std::string latin1_to_utf8(std::string_view text) {
  std::string utf8;
  utf8.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0 | byte >> 6);
      utf8 += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return utf8;
}

}  // namespace

Status check_is_text(std::string_view bytes, const std::string& file) {
  if (bytes.empty())
    return fail(ErrorCode::kUnfit, "the file is empty", file, "check that it was copied whole");
  if (bytes.starts_with("\x1F\x8B"))
    return fail(ErrorCode::kUnfit, "the file is compressed with gzip", file, "unpack it first");
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    return fail(ErrorCode::kUnfit, "the file is UTF-16 text", file, "save it as UTF-8");
  if (bytes.substr(0, kSniffedBytes).find('\0') != std::string_view::npos)
    return fail(ErrorCode::kUnfit, "the file is binary, not text", file,
                "give a CSV or MovieLens or RecBole file, or a folder or zip of them");
  return {};
}

std::string_view without_byte_order_mark(std::string_view bytes) {
  return bytes.starts_with(kUtf8Mark) ? bytes.substr(kUtf8Mark.size()) : bytes;
}

std::string to_utf8(std::string bytes) {
  if (utf8::is_valid(bytes.begin(), bytes.end())) return bytes;
  return latin1_to_utf8(bytes);
}

}  // namespace marquee
