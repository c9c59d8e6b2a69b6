// JSON objects as text: what is not asked for stays byte for byte.
#pragma once

#include <string>
#include <string_view>

namespace marquee::lake {

// Whether the text, after blanks and a byte order mark, begins like a JSON object.
bool looks_like_object(std::string_view text);

// Appends a valid JSON object without the blanks between its tokens, and so without newlines.
void append_minified(std::string_view json, std::string& out);

// A minified, valid object without its member `name`, however its key is escaped.
std::string without_member(std::string_view object, std::string_view name);

}  // namespace marquee::lake
