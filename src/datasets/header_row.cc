#include "datasets/header_row.h"

#include <algorithm>

namespace marquee {
namespace {

constexpr std::size_t kShownBytes = 200;

std::string normalised(std::string_view field) {
  std::string name;
  for (const char c : field.substr(0, field.find(':')))
    if (c != '_' && c != ' ') name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

Separator separator_of_first_line(std::string_view text) {
  RowReader lines(text, Separator::kTab);
  return lines.next() && lines.fields().size() > 1 ? Separator::kTab : Separator::kComma;
}

}  // namespace

HeaderRow::HeaderRow(std::string_view text) : separator_(separator_of_first_line(text)) {
  RowReader rows(text, separator_);
  rows.next();
  for (const auto field : rows.fields()) {
    names_.push_back(normalised(field));
    if (!text_.empty()) text_ += ", ";
    text_ += field;
  }
}

std::optional<std::size_t> HeaderRow::find(std::initializer_list<std::string_view> names) const {
  for (const auto name : names)
    if (const auto at = std::ranges::find(names_, name); at != names_.end())
      return static_cast<std::size_t>(at - names_.begin());
  return std::nullopt;
}

std::string HeaderRow::text() const {
  return text_.substr(0, kShownBytes);
}

}  // namespace marquee
