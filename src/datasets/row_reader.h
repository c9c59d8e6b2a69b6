// Cuts a text into rows and rows into fields. Internal to datasets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace marquee {

// What stands between two fields. Only comma-separated files have quotes (RFC 4180).
enum class Separator { kComma, kTab, kPipe, kDoubleColon };

// Walks over a text once. Lines end in LF or CRLF; blank lines are passed over. A quoted field may
// hold commas, doubled quotes and line ends; a row that opens a quote and does not close it well is
// `malformed`, has no fields, and the next row starts on the next line. The text must outlive the
// reader.
class RowReader {
 public:
  RowReader(std::string_view text, Separator separator) : rest_(text), separator_(separator) {}

  bool next();  // false at the end

  std::span<const std::string_view> fields() const { return fields_; }  // valid until next()
  std::int64_t line() const { return line_; }  // the row's first line, 1-based
  bool malformed() const { return malformed_; }

 private:
  std::string_view take_line();
  void split_quoted(std::string_view first_line);

  std::string_view rest_;
  Separator separator_;
  std::vector<std::string_view> fields_;
  std::string unquoted_;  // the bytes of fields_ when the row has quotes
  std::int64_t line_ = 0;
  std::int64_t lines_taken_ = 0;
  bool malformed_ = false;
};

}  // namespace marquee
