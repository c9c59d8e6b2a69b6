#include "evaluation/list_quality.h"

#include <algorithm>
#include <cmath>

namespace marquee {
namespace {

constexpr std::size_t kPlaces = 10;

std::span<const std::int32_t> head(const std::vector<std::int32_t>& list) {
  return std::span(list).first(std::min(kPlaces, list.size()));
}

// Cosine of two unit rows with ascending columns.
double cosine(SparseRows::Row a, SparseRows::Row b) {
  double sum = 0;
  for (std::size_t i = 0, j = 0; i < a.columns.size() && j < b.columns.size();) {
    if (a.columns[i] == b.columns[j])
      sum += static_cast<double>(a.values[i++]) * b.values[j++];
    else if (a.columns[i] < b.columns[j])
      ++i;
    else
      ++j;
  }
  return sum;
}

double diversity_within(std::span<const std::int32_t> list, const SparseRows& content) {
  double sum = 0;
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < list.size(); ++a) {
    for (std::size_t b = a + 1; b < list.size(); ++b, ++pairs)
      sum += 1 - cosine(content.row(static_cast<std::size_t>(list[a])),
                        content.row(static_cast<std::size_t>(list[b])));
  }
  return pairs > 0 ? sum / static_cast<double>(pairs) : 0;
}

std::vector<double> rater_counts(const ModelData& model) {
  std::vector<double> counts(model.item_count());
  for (const std::int32_t item : model.ratings.columns) ++counts[static_cast<std::size_t>(item)];
  return counts;
}

// Mean over all ordered pairs of users of the share of the one's list that the other's lacks, by
// counting in how many lists each movie is instead of comparing the pairs.
double diversity_between(const std::vector<double>& shown, double users, double places) {
  if (users < 2 || places == 0) return 0;
  double shared = 0;
  for (const double count : shown) shared += count * (count - 1);
  return 1 - shared / ((users - 1) * places);
}

// Σ (2 k - n - 1) x_k / (n Σ x), x ascending, k from 1.
double gini_of(std::vector<double> shown) {
  std::ranges::sort(shown);
  double weighted = 0, sum = 0;
  const auto n = static_cast<double>(shown.size());
  for (std::size_t k = 0; k < shown.size(); ++k) {
    weighted += (2 * static_cast<double>(k + 1) - n - 1) * shown[k];
    sum += shown[k];
  }
  return sum > 0 ? weighted / (n * sum) : 0;
}

}  // namespace

ListQuality measure_lists(std::span<const std::vector<std::int32_t>> lists,
                          const ModelData& model) {
  const auto raters = rater_counts(model);
  const auto users = static_cast<double>(std::max<std::size_t>(1, model.user_count()));
  std::vector<double> shown(model.item_count());
  ListQuality quality;
  double places = 0;
  for (const auto& list : lists) {
    quality.intra_list_diversity += diversity_within(head(list), model.content);
    for (const std::int32_t item : head(list)) {
      const auto i = static_cast<std::size_t>(item);
      ++shown[i];
      ++places;
      quality.novelty -= std::log2(std::max(0.5, raters[i]) / users);
    }
  }
  if (places == 0) return {};
  const auto reached = std::ranges::count_if(shown, [](double count) { return count > 0; });
  quality.coverage = static_cast<double>(reached) / static_cast<double>(shown.size());
  quality.intra_list_diversity /= static_cast<double>(lists.size());
  quality.user_diversity = diversity_between(shown, static_cast<double>(lists.size()), places);
  quality.gini = gini_of(shown);
  quality.novelty /= places;
  return quality;
}

std::vector<std::vector<std::int32_t>> lists_of(const ModelData& model, std::size_t n) {
  const auto width = static_cast<std::size_t>(model.lists.width);
  std::vector<std::vector<std::int32_t>> lists(model.user_count());
  for (std::size_t u = 0; u < lists.size(); ++u)
    for (std::size_t k = 0; k < std::min(n, width); ++k)
      if (const std::int32_t item = model.lists.items[u * width + k]; item >= 0)
        lists[u].push_back(item);
  return lists;
}

std::vector<std::vector<std::int32_t>> unrated_lists(const ModelData& model,
                                                     std::span<const std::int32_t> ranking,
                                                     std::size_t n) {
  std::vector<std::vector<std::int32_t>> lists(model.user_count());
  for (std::size_t u = 0; u < lists.size(); ++u) {
    const auto rated = model.ratings.row(u).columns;
    for (const std::int32_t item : ranking) {
      if (lists[u].size() == n) break;
      if (!std::ranges::binary_search(rated, item)) lists[u].push_back(item);
    }
  }
  return lists;
}

}  // namespace marquee
