#include "datasets/row_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace marquee {
namespace {

using Row = std::vector<std::string>;

void append_quoted(const std::string& field, std::string& text) {
  text.push_back('"');
  for (const char c : field) text.append(c == '"' ? 2 : 1, c);
  text.push_back('"');
}

void append_row(const Row& row, const std::string& line_end, std::string& text) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) text.push_back(',');
    append_quoted(row[i], text);
  }
  text.append(line_end);
}

// Fields made of the characters that make quoting hard.
rc::Gen<std::string> hard_field() {
  return rc::gen::container<std::string>(rc::gen::element('a', ' ', ',', '"', '\n', '\r'));
}

RC_GTEST_PROP(RowReader, QuotedFieldsComeBackAsTheyWere, ()) {
  const auto rows = *rc::gen::container<std::vector<Row>>(
      rc::gen::nonEmpty(rc::gen::container<Row>(hard_field())));
  const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n");
  std::string text;
  std::vector<std::int64_t> lines;
  for (const Row& row : rows) {
    lines.push_back(1 + std::ranges::count(text, '\n'));
    append_row(row, line_end, text);
  }
  RowReader reader(text, Separator::kComma);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RC_ASSERT(reader.next());
    RC_ASSERT(!reader.malformed());
    RC_ASSERT(Row(reader.fields().begin(), reader.fields().end()) == rows[i]);
    RC_ASSERT(reader.line() == lines[i]);
  }
  RC_ASSERT(!reader.next());
}

RC_GTEST_PROP(RowReader, ArbitraryBytesEndAndNeverGoBack, (const std::string& text)) {
  for (const auto separator :
       {Separator::kComma, Separator::kTab, Separator::kPipe, Separator::kDoubleColon}) {
    RowReader reader(text, separator);
    std::int64_t line = 0;
    while (reader.next()) {
      RC_ASSERT(reader.line() > line);
      RC_ASSERT(reader.malformed() == reader.fields().empty());
      line = reader.line();
    }
    RC_ASSERT(line <= 1 + std::ranges::count(text, '\n'));
  }
}

TEST(RowReader, EmptyFieldsAreFields) {
  RowReader reader("::\n,,\n", Separator::kComma);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.fields().size(), 1u);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.fields().size(), 3u);
  RowReader colons("1::::3::\n", Separator::kDoubleColon);
  ASSERT_TRUE(colons.next());
  EXPECT_EQ(Row(colons.fields().begin(), colons.fields().end()), (Row{"1", "", "3", ""}));
}

TEST(RowReader, ARowLongerThanAnyQuoteMaySpanIsOneLine) {
  const std::string text = "\"a\"," + std::string(100'000, 'b') + "\nc\n";
  RowReader reader(text, Separator::kComma);
  ASSERT_TRUE(reader.next());
  ASSERT_EQ(reader.fields().size(), 2u);
  EXPECT_EQ(reader.fields()[1].size(), 100'000u);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.fields()[0], "c");
}

}  // namespace
}  // namespace marquee
