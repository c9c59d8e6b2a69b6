#include "evaluation/line_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace marquee {
namespace {

constexpr double kWidth = 960, kHeight = 480;
constexpr double kLeft = 80, kRight = 180, kTop = 50, kBottom = 70;
constexpr double kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;
constexpr int kMarks = 6;

// From dark to light in grey as well: their luminance rises from one to the next.
struct Style {
  const char* colour;
  const char* dashes;
};
constexpr std::array<Style, 5> kStyles = {{{"#08306b", "none"},
                                           {"#b30000", "9 4"},
                                           {"#2b8cbe", "2 3"},
                                           {"#e08214", "12 4 2 4"},
                                           {"#9e9ac8", "5 5"}}};

// The stretch that is drawn.
struct Frame {
  double first_x = 0, last_x = 1, top_y = 1;
  double x(double value) const {
    return kLeft + (value - first_x) / (last_x - first_x) * kPlotWidth;
  }
  double y(double value) const { return kTop + (1 - value / top_y) * kPlotHeight; }
};

Frame frame_of(const LinePlot& plot) {
  Frame frame;
  bool any = false;
  double highest = 0;
  for (const PlotSeries& series : plot.series) {
    for (const auto& [x, y] : series.points) {
      frame.first_x = any ? std::min(frame.first_x, x) : x;
      frame.last_x = any ? std::max(frame.last_x, x) : x;
      highest = std::max(highest, y);
      any = true;
    }
  }
  if (frame.last_x <= frame.first_x) frame.last_x = frame.first_x + 1;
  if (highest > 0) {
    const double distance = mark_distance(highest, kMarks);
    frame.top_y = distance * std::ceil(highest / distance);
  }
  return frame;
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else
      safe += c;
  }
  return safe;
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(text));
}

std::string line(double x1, double y1, double x2, double y2, std::string_view stroke) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
      y2, stroke);
}

std::string axes(const LinePlot& plot, const Frame& frame) {
  std::string svg;
  const double distance = mark_distance(frame.top_y, kMarks);
  const int marks = static_cast<int>(std::lround(frame.top_y / distance));
  for (int k = 0; k <= marks; ++k) {
    const double y = frame.y(k * distance);
    svg += line(kLeft, y, kLeft + kPlotWidth, y, k == 0 ? "#000" : "#ddd");
    svg += text_at(kLeft - 8, y + 4, "end", fmt::format("{:g}", k * distance));
  }
  for (int k = 0; k < kMarks; ++k) {
    const double value = frame.first_x + (frame.last_x - frame.first_x) * k / (kMarks - 1);
    const double x = frame.x(value), bottom = kTop + kPlotHeight;
    svg += line(x, bottom, x, bottom + 5, "#000");
    svg += text_at(x, bottom + 20, "middle",
                   plot.x_text ? plot.x_text(value) : fmt::format("{:g}", value));
  }
  svg += line(kLeft, kTop, kLeft, kTop + kPlotHeight, "#000");
  svg += text_at(kLeft + kPlotWidth / 2, kHeight - 18, "middle", plot.x_label);
  svg += fmt::format(
      "<text transform=\"translate(22 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
      kTop + kPlotHeight / 2, escaped(plot.y_label));
  return svg;
}

std::string stroke(const Style& style) {
  return fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{}\"",
                     style.colour, style.dashes);
}

std::string curve(const PlotSeries& series, const Frame& frame, const Style& style) {
  std::string points;
  for (const auto& [x, y] : series.points)
    points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", frame.x(x), frame.y(y));
  return fmt::format("<polyline {} points=\"{}\"/>\n", stroke(style), points);
}

std::string legend_entry(const PlotSeries& series, std::size_t place, const Style& style) {
  const double x = kLeft + kPlotWidth + 16, y = kTop + 14 + 24 * static_cast<double>(place);
  return fmt::format("<polyline {} points=\"{:.1f},{:.1f} {:.1f},{:.1f}\"/>\n", stroke(style), x, y,
                     x + 40, y) +
         text_at(x + 48, y + 4, "start", series.name);
}

}  // namespace

double mark_distance(double reach, int count) {
  const double rough = reach / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0})
    if (step * power >= rough * (1 - 1e-9)) return step * power;
  return 10 * power;
}

std::string to_svg(const LinePlot& plot) {
  const Frame frame = frame_of(plot);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"13\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kWidth, kHeight);
  svg += text_at(kLeft, 28, "start", plot.title);
  svg += axes(plot, frame);
  for (std::size_t s = 0; s < std::min(plot.series.size(), kStyles.size()); ++s) {
    svg += curve(plot.series[s], frame, kStyles[s]);
    svg += legend_entry(plot.series[s], s, kStyles[s]);
  }
  return svg + "</svg>\n";
}

}  // namespace marquee
