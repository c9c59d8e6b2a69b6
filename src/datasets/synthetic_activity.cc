#include "datasets/synthetic_activity.h"

#include <algorithm>
#include <cmath>

#include "datasets/portable_random.h"

namespace marquee {
namespace {

constexpr std::uint64_t kActivityStream = 4;
constexpr double kActivitySpread = 1.0;  // sigma of the logarithm
constexpr std::int64_t kLeastRatings = 5;

// Nobody rates more than half of the movies while there is ample room elsewhere.
std::int64_t most_ratings(std::int64_t users, std::int64_t items, std::int64_t ratings) {
  const bool ample = ratings <= users * items / 4;
  return ample ? std::max<std::int64_t>(1, items / 2) : items;
}

std::vector<double> log_normal_weights(std::int64_t users, std::uint64_t seed) {
  std::vector<double> weights;
  PortableRandom random(seed, kActivityStream);
  for (std::int64_t u = 0; u < users; ++u)
    weights.push_back(portable_exp(kActivitySpread * random.normal()));
  return weights;
}

// Shares `total` out by weight: cumulative shares are rounded down, so the sum is exact.
void share_out(const std::vector<double>& weights, std::int64_t total,
               std::vector<std::int64_t>& counts) {
  double sum = 0, reached = 0;
  for (const double weight : weights) sum += weight;
  std::int64_t given = 0;
  for (std::size_t u = 0; u < counts.size(); ++u) {
    reached += weights[u];
    const bool last = u + 1 == counts.size();
    const auto upto =
        last ? total : static_cast<std::int64_t>(reached / sum * static_cast<double>(total));
    counts[u] += std::max<std::int64_t>(0, upto - given);
    given = std::max(given, upto);
  }
}

// Cuts counts to `most` and returns what was cut off.
std::int64_t cut_to(std::int64_t most, std::vector<std::int64_t>& counts) {
  std::int64_t cut = 0;
  for (std::int64_t& count : counts) {
    cut += std::max<std::int64_t>(0, count - most);
    count = std::min(count, most);
  }
  return cut;
}

// Gives `left` more ratings to users below `most`, evenly.
void spread(std::int64_t left, std::int64_t most, std::vector<std::int64_t>& counts) {
  while (left > 0) {
    const auto open = std::ranges::count_if(counts, [&](std::int64_t c) { return c < most; });
    const std::int64_t share = (left + open - 1) / open;
    for (std::int64_t& count : counts) {
      const auto given = std::min({share, most - count, left});
      count += given;
      left -= given;
    }
  }
}

}  // namespace

std::vector<std::uint32_t> plan_activity(std::int64_t users, std::int64_t items,
                                         std::int64_t ratings, std::uint64_t seed) {
  const std::int64_t least = std::min(kLeastRatings, ratings / users);
  const std::int64_t most = most_ratings(users, items, ratings);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(users), std::min(least, most));
  const std::int64_t rest = ratings - std::min(least, most) * users;
  share_out(log_normal_weights(users, seed), rest, counts);
  spread(cut_to(most, counts), most, counts);
  return {counts.begin(), counts.end()};
}

}  // namespace marquee
