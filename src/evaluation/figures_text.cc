#include "evaluation/figures_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace marquee {

std::string figure_name(Metric metric, int cutoff) {
  return fmt::format("{}@{}", name_of(metric), cutoff);
}

nlohmann::json to_json(const Interval& interval) {
  return {{"mean", interval.mean}, {"low", interval.low}, {"high", interval.high}};
}

nlohmann::json to_json(const FigureIntervals& figures) {
  nlohmann::json json = nlohmann::json::object();
  for (std::size_t m = 0; m < kMetricCount; ++m)
    for (std::size_t c = 0; c < kCutoffs.size(); ++c)
      json[figure_name(static_cast<Metric>(m), kCutoffs[c])] = to_json(figures[m][c]);
  return json;
}

nlohmann::json to_json(const Comparison& comparison) {
  nlohmann::json differences = nlohmann::json::object();
  for (std::size_t m = 0; m < kMetricCount; ++m)
    differences[figure_name(static_cast<Metric>(m), 10)] = to_json(comparison.differences[m]);
  return {{"users", comparison.users},
          {"difference", differences},
          {"floor", comparison.floor},
          {"verdict", name_of(comparison.effect)}};
}

std::string to_text(const Comparison& comparison) {
  std::string text;
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    const Interval& difference = comparison.differences[m];
    text += fmt::format("  {:<14}{:>+9.4f}  95 % interval {:+.4f} to {:+.4f}\n",
                        figure_name(static_cast<Metric>(m), 10), difference.mean, difference.low,
                        difference.high);
  }
  return text +
         fmt::format("  verdict: {} (ndcg@10 of {} users; differences from {:.4f} on matter)\n",
                     name_of(comparison.effect), comparison.users, comparison.floor);
}

}  // namespace marquee
