#include "core/text_table.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

using enum TextTable::Align;

TEST(TextTable, AlignsColumnsByCharactersNotBytes) {
  TextTable table({{"title", kLeft}, {"score", kRight}});
  table.add({"Amélie", "1.5"});
  table.add({"Léon", "10"});
  EXPECT_EQ(table.text(),
            "title   score\n"
            "Amélie    1.5\n"
            "Léon       10\n");
}

TEST(TextTable, CutsWhatIsTooLong) {
  TextTable table({{"", kLeft, 4}});
  table.add({"éééé"});
  table.add({"ééééé"});
  EXPECT_EQ(table.text(2), "  éééé\n  ééé…\n");
}

TEST(TextTable, LetsNoControlCharacterThrough) {
  TextTable table({{"", kLeft}});
  table.add({"a\x1b[31m\nb"});
  EXPECT_EQ(table.text(), "a?[31m?b\n");
}

}  // namespace
}  // namespace marquee
