#include "evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace marquee {
namespace {

double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const auto above = std::min(below + 1, sorted.size() - 1);
  const double fraction = place - std::floor(place);
  return sorted[below] * (1 - fraction) + sorted[above] * fraction;
}

}  // namespace

Interval bootstrap_mean(std::span<const double> values, std::int64_t samples, std::uint64_t seed) {
  if (values.empty()) return {};
  const auto count = values.size();
  // The engine's numbers are fixed by the standard; its distributions are not, so indices are
  // scaled by hand.
  std::mt19937_64 engine(seed);
  const auto draw = [&] {
    return static_cast<std::size_t>((static_cast<unsigned __int128>(engine()) * count) >> 64);
  };
  std::vector<double> means(static_cast<std::size_t>(samples));
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += values[draw()];
    mean = sum / static_cast<double>(count);
  }
  std::ranges::sort(means);
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(count);
  return {mean, percentile(means, 0.025), percentile(means, 0.975)};
}

}  // namespace marquee
