// A line plot as SVG, for a person who opens it in a browser.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace marquee {

struct PlotSeries {
  std::string name;                               // in the legend
  std::vector<std::pair<double, double>> points;  // (x, y), finite, by ascending x
};

struct LinePlot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::function<std::string(double)> x_text;  // what stands below a mark on the x axis
  std::vector<PlotSeries> series;             // lines differ in grey and dashes, too; at most 5
};

// A whole SVG document of fixed size, which the same plot gives byte for byte. The y axis begins at
// 0. Without any point it has axes and no lines.
std::string to_svg(const LinePlot& plot);

// The distance between marks so that 0 to `reach` has about `count`: 1, 2 or 5 times a power of 10.
double mark_distance(double reach, int count);

}  // namespace marquee
