#include "lake/json_object_text.h"

#include <nlohmann/json.hpp>

namespace marquee::lake {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

// The end of the string that begins with the quote at `begin`: the place after its last quote.
std::size_t end_of_string(std::string_view json, std::size_t begin) {
  std::size_t k = begin + 1;
  while (k < json.size() && json[k] != '"') k += json[k] == '\\' ? 2 : 1;
  return k + 1;
}

// The end of the value that begins at `begin`: the ',' or the closing bracket that follows it.
std::size_t end_of_value(std::string_view json, std::size_t begin) {
  int depth = 0;
  for (std::size_t k = begin; k < json.size();) {
    const char c = json[k];
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return k;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    k = c == '"' ? end_of_string(json, k) : k + 1;
  }
  return json.size();
}

bool is_key(std::string_view quoted, std::string_view name) {
  const auto key = nlohmann::json::parse(quoted, nullptr, false);
  return key.is_string() && key.get_ref<const std::string&>() == name;
}

}  // namespace

bool looks_like_object(std::string_view text) {
  text = without_mark(text);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

void append_minified(std::string_view json, std::string& out) {
  json = without_mark(json);
  std::size_t begin = 0;  // of what is to be copied
  for (std::size_t k = 0; k < json.size();) {
    if (json[k] == '"') {
      k = end_of_string(json, k);
    } else if (is_blank(json[k])) {
      out.append(json, begin, k - begin);
      begin = ++k;
    } else {
      ++k;
    }
  }
  if (begin < json.size()) out.append(json, begin);
}

std::string without_member(std::string_view object, std::string_view name) {
  std::string kept = "{";
  std::size_t k = 1;
  while (k < object.size() && object[k] == '"') {
    const std::size_t colon = end_of_string(object, k);
    const std::size_t end = end_of_value(object, colon + 1);
    if (!is_key(object.substr(k, colon - k), name)) {
      if (kept.size() > 1) kept += ',';
      kept += object.substr(k, end - k);
    }
    k = end + 1;
  }
  return kept + '}';
}

}  // namespace marquee::lake
