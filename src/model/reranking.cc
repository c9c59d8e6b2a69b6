#include "model/reranking.h"

#include <algorithm>
#include <cmath>

#include "model/content.h"

namespace marquee {
namespace {

constexpr double kYearsToHalf = 10;

// Mean 0, deviation 1; all 0 where all are alike.
void standardise(std::vector<double>& values) {
  double sum = 0, square = 0;
  for (const double x : values) sum += x;
  const double mean = sum / static_cast<double>(std::max<std::size_t>(1, values.size()));
  for (const double x : values) square += (x - mean) * (x - mean);
  const double deviation =
      std::sqrt(square / static_cast<double>(std::max<std::size_t>(1, values.size())));
  for (double& x : values) x = deviation > 1e-12 ? (x - mean) / deviation : 0;
}

std::vector<double> fame_of(const ModelData& model) {
  std::vector<double> fame(model.item_count());
  for (const std::int32_t item : model.ratings.columns) ++fame[static_cast<std::size_t>(item)];
  for (double& x : fame) x = std::log1p(x);
  standardise(fame);
  return fame;
}

// The year that one dated item in a hundred is newer than: a typo in one year makes nothing old.
std::int32_t present_year(const Array<std::int32_t>& years) {
  std::vector<std::int32_t> known;
  for (const std::int32_t year : years)
    if (year > 0) known.push_back(year);
  if (known.empty()) return 0;
  const auto place = known.end() - 1 - static_cast<std::ptrdiff_t>(known.size() / 100);
  std::ranges::nth_element(known, place);
  return *place;
}

std::vector<double> newness_of(const ModelData& model) {
  std::vector<double> newness(model.item_count());
  const std::int32_t present = present_year(model.years);
  for (std::size_t i = 0; i < model.years.size(); ++i)
    if (model.years[i] > 0)
      newness[i] = std::exp2(-std::max(0, present - model.years[i]) / kYearsToHalf);
  standardise(newness);
  return newness;
}

std::vector<float> bonus_of(const ModelData& model) {
  const RankingOptions& options = model.options.ranking;
  if (options.popularity_discount == 0 && options.freshness == 0) return {};
  const auto fame = fame_of(model), newness = newness_of(model);
  std::vector<float> bonus(model.item_count());
  for (std::size_t i = 0; i < bonus.size(); ++i)
    bonus[i] =
        static_cast<float>(options.freshness * newness[i] - options.popularity_discount * fame[i]);
  return bonus;
}

}  // namespace

Reranking::Reranking(const ModelData& model)
    : model_(model),
      diversity_(static_cast<float>(model.options.ranking.diversity)),
      bonus_(bonus_of(model)) {
  changes_nothing_ = diversity_ == 0 && bonus_.empty();
}

std::size_t Reranking::pool_for(std::size_t n) const {
  if (changes_nothing_) return n;
  return std::max(n, 2 * static_cast<std::size_t>(model_.options.precomputed_top_n));
}

std::vector<float> Reranking::relevance(const std::vector<std::int32_t>& head,
                                        std::span<const float> scores) const {
  std::vector<float> values;
  for (const std::int32_t item : head) {
    const auto i = static_cast<std::size_t>(item);
    values.push_back(scores[i] + (bonus_.empty() ? 0 : bonus_[i]));
  }
  const auto [low, high] = std::ranges::minmax_element(values);
  const float least = values.empty() ? 0 : *low, range = values.empty() ? 0 : *high - *low;
  for (float& value : values) value = range > 0 ? (value - least) / range : 0;
  return values;
}

std::vector<std::int32_t> Reranking::reordered(const std::vector<std::int32_t>& pool,
                                               std::span<const float> scores, std::size_t n) const {
  std::vector<std::int32_t> list(
      pool.begin(), pool.begin() + static_cast<std::ptrdiff_t>(std::min(n, pool.size())));
  if (changes_nothing_) return list;
  const std::vector<std::int32_t> head(
      pool.begin(), pool.begin() + static_cast<std::ptrdiff_t>(std::min(pool_for(1), pool.size())));
  auto value = relevance(head, scores);
  std::vector<float> likeness(head.size());        // to what was placed, at most
  std::vector<float> placed(model_.terms.size());  // the terms of the item placed last
  for (std::size_t place = 0; place < std::min(n, head.size()); ++place) {
    std::size_t best = head.size();
    const auto gain = [&](std::size_t k) {
      return (1 - diversity_) * value[k] - diversity_ * likeness[k];
    };
    for (std::size_t k = 0; k < head.size(); ++k)
      if (std::isfinite(value[k]) && (best == head.size() || gain(k) > gain(best))) best = k;
    list[place] = head[best];
    value[best] = -INFINITY;
    if (diversity_ == 0) continue;
    const auto terms = model_.content.row(static_cast<std::size_t>(head[best]));
    for (std::size_t t = 0; t < terms.columns.size(); ++t)
      placed[static_cast<std::size_t>(terms.columns[t])] = terms.values[t];
    for (std::size_t k = 0; k < head.size(); ++k)
      likeness[k] =
          std::max(likeness[k], dot(model_.content.row(static_cast<std::size_t>(head[k])), placed));
    for (const std::int32_t term : terms.columns) placed[static_cast<std::size_t>(term)] = 0;
  }
  return list;
}

}  // namespace marquee
