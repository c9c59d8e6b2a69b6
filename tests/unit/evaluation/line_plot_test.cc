#include "evaluation/line_plot.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    ++found;
  return found;
}

TEST(LinePlot, MarksStandAtRoundNumbers) {
  EXPECT_DOUBLE_EQ(mark_distance(6, 6), 1);
  EXPECT_DOUBLE_EQ(mark_distance(0.3, 6), 0.05);
  EXPECT_DOUBLE_EQ(mark_distance(0.9, 6), 0.2);
  EXPECT_DOUBLE_EQ(mark_distance(45, 6), 10);
}

// 0 to 10 on x is 700 wide from 80 on; 0 to 1 on y is 360 high from 410 up.
TEST(LinePlot, PointsStandWhereTheyBelong) {
  const std::string svg = to_svg({"t", "x", "y", {}, {{"one", {{0, 0}, {5, 0.5}, {10, 1}}}}});
  EXPECT_NE(svg.find("points=\"80.0,410.0 430.0,230.0 780.0,50.0\""), std::string::npos) << svg;
}

TEST(LinePlot, EveryLineIsDashedInItsOwnWayAndNamed) {
  LinePlot plot{"t", "x", "y", {}, {}};
  for (const char* name : {"a", "b", "c"}) plot.series.push_back({name, {{0, 1}, {1, 2}}});
  const std::string svg = to_svg(plot);
  EXPECT_EQ(count(svg, "<polyline"), 6u) << "a curve and a stroke in the legend each";
  for (const char* word : {"\"none\" points", "\"9 4\" points", "\"2 3\" points"})
    EXPECT_EQ(count(svg, word), 2u) << word;
  for (const char* word : {">a<", ">b<", ">c<"}) EXPECT_EQ(count(svg, word), 1u) << word;
}

TEST(LinePlot, IsWhatXmlAllows) {
  const std::string svg = to_svg({"a < b & c", "<x>", "y", {}, {{"<script>", {{0, 1}}}}});
  EXPECT_NE(svg.find("a &lt; b &amp; c"), std::string::npos);
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
  EXPECT_EQ(count(svg, "<text"), count(svg, "</text>"));
}

TEST(LinePlot, WithoutPointsItIsStillAPicture) {
  for (const LinePlot& plot :
       {LinePlot{"t", "x", "y", {}, {}}, LinePlot{"t", "x", "y", {}, {{"a", {}}}},
        LinePlot{"t", "x", "y", {}, {{"a", {{3, 0}}}}}}) {
    const std::string svg = to_svg(plot);
    EXPECT_EQ(svg.find("nan"), std::string::npos) << svg;
    EXPECT_EQ(svg.find("inf"), std::string::npos) << svg;
  }
}

}  // namespace
}  // namespace marquee
