// Tables for a person's eyes: columns as wide as their widest cell, two blanks apart.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace marquee {

class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
    std::size_t max_width = 40;  // in characters; longer cells are cut and end in "…"
  };

  explicit TextTable(std::vector<Column> columns);

  // One cell a column.
  void add(std::vector<std::string> cells);

  // The titles and every row, each on a line, every line after `indent` blanks and without blanks
  // at its end. Titles are left out when all are empty.
  std::string text(std::size_t indent = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// A text that is safe to print on a terminal: control characters (an escape sequence in a movie's
// title) become '?'.
std::string printable(std::string_view text);

}  // namespace marquee
