#include "datasets/row_reader.h"

#include <algorithm>
#include <optional>

#include "core/trimmed.h"

namespace marquee {
namespace {

// A quote that is never closed must not swallow the rest of the file, nor cost its square in time.
constexpr std::size_t kMaxQuotedRow = 1 << 16;

char separator_char(Separator separator) {
  switch (separator) {
    case Separator::kTab:
      return '\t';
    case Separator::kPipe:
      return '|';
    default:
      return ',';
  }
}

void split_at(std::string_view row, char separator, std::vector<std::string_view>& fields) {
  for (;;) {
    const auto end = row.find(separator);
    fields.push_back(row.substr(0, end));
    if (end == std::string_view::npos) return;
    row.remove_prefix(end + 1);
  }
}

void split_at_double_colons(std::string_view row, std::vector<std::string_view>& fields) {
  for (;;) {
    const auto end = row.find("::");
    fields.push_back(row.substr(0, end));
    if (end == std::string_view::npos) return;
    row.remove_prefix(end + 2);
  }
}

std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Reads one row of quoted and bare fields from the front of a text.
class QuotedRow {
 public:
  QuotedRow(std::string_view text, std::string& unquoted) : text_(text), unquoted_(unquoted) {}

  // False when a quote is not closed, or something stands behind a closing one.
  bool read() {
    do {
      starts_.push_back(unquoted_.size());
      if (!(eat('"') ? read_quoted() : read_bare())) return false;
    } while (eat(','));
    return eat('\n') || text_.empty();
  }

  std::size_t field_count() const { return starts_.size(); }
  std::string_view field(std::size_t i) const {
    const std::size_t end = i + 1 < starts_.size() ? starts_[i + 1] : unquoted_.size();
    return std::string_view(unquoted_).substr(starts_[i], end - starts_[i]);
  }
  std::string_view rest() const { return text_; }

 private:
  bool eat(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool read_quoted() {
    for (;;) {
      const auto end = text_.find('"');
      if (end == std::string_view::npos) return false;
      unquoted_ += text_.substr(0, end);
      text_.remove_prefix(end + 1);
      if (!eat('"')) break;
      unquoted_ += '"';
    }
    if (text_.starts_with("\r\n") || text_ == "\r") text_.remove_prefix(1);
    return text_.empty() || text_.front() == ',' || text_.front() == '\n';
  }
  bool read_bare() {
    const auto end = std::min(text_.find_first_of(",\n"), text_.size());
    const bool ends_row = end == text_.size() || text_[end] == '\n';
    const auto field = text_.substr(0, end);
    unquoted_ += ends_row ? without_carriage_return(field) : field;
    text_.remove_prefix(end);
    return true;
  }

  std::string_view text_;
  std::string& unquoted_;
  std::vector<std::size_t> starts_;
};

}  // namespace

std::string_view RowReader::take_line() {
  const auto end = std::min(rest_.find('\n'), rest_.size());
  const auto line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  ++lines_taken_;
  return line;
}

void RowReader::split_quoted(std::string_view first_line) {
  const char* end = rest_.data() + rest_.size();
  const std::string_view text(first_line.data(), static_cast<std::size_t>(end - first_line.data()));
  const auto window = text.substr(0, std::max(kMaxQuotedRow, first_line.size() + 1));
  unquoted_.clear();
  QuotedRow row(window, unquoted_);
  const bool read = row.read();
  const auto taken = window.substr(0, window.size() - row.rest().size());
  malformed_ = !read || (!taken.ends_with('\n') && taken.size() < text.size());
  if (malformed_) return;
  for (std::size_t i = 0; i < row.field_count(); ++i) fields_.push_back(row.field(i));
  const auto line_ends = std::ranges::count(taken, '\n');
  lines_taken_ += taken.ends_with('\n') ? line_ends - 1 : line_ends;
  rest_ = text.substr(taken.size());
}

bool RowReader::next() {
  fields_.clear();
  malformed_ = false;
  while (!rest_.empty()) {
    const auto whole_line = take_line();
    const auto line = without_carriage_return(whole_line);
    if (line.empty() || (line.front() <= ' ' && trimmed(line).empty())) continue;
    line_ = lines_taken_;
    if (separator_ == Separator::kDoubleColon)
      split_at_double_colons(line, fields_);
    else if (separator_ == Separator::kComma && line.find('"') != std::string_view::npos)
      split_quoted(whole_line);
    else
      split_at(line, separator_char(separator_), fields_);
    return true;
  }
  return false;
}

}  // namespace marquee
