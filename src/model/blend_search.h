// Finds the weights of the parts: judges blends on cases and searches among them from several
// starts, under floors of coverage and of diversity between users that accuracy may not buy off.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "model/blend_cases.h"

namespace marquee {

// What is searched over, in this order: five weights, and which column stands for the item–item and
// for the popularity part.
enum class Dial {
  kCollaborative,
  kUserUserShare,
  kLatentShare,
  kContent,
  kPopularity,
  kOwnAging,
  kPopularityAging
};
inline constexpr std::size_t kDialCount = 7;

// The values that each dial can take, ascending; one value: pinned. Of the last two dials they are
// positions among the columns.
using Dials = std::array<std::vector<double>, kDialCount>;
// A place of each dial.
using Setting = std::array<std::size_t, kDialCount>;

struct BlendFigures {
  double ndcg = 0;            // mean NDCG@10 of the judged users
  double coverage = 0;        // movies in the first ten places of anybody
  double user_diversity = 0;  // share of a list that another user's list does not have
};

struct Floors {
  double coverage = 0;
  double user_diversity = 0;
};

struct BlendResult {
  Setting setting{};
  BlendFigures figures;
  std::size_t evaluations = 0;
  std::vector<std::pair<std::size_t, double>> curve;  // evaluations so far, best NDCG@10 by then
};

class BlendSearch {
 public:
  // `columns` of the cases; both must outlive the search.
  BlendSearch(std::span<const BlendCase> cases, std::span<const Column> columns, int threads);

  BlendFigures judge(const Dials& dials, const Setting& setting) const;
  // Lists of one column alone.
  BlendFigures judge_column(std::size_t column) const;

  // Coordinate search with falling steps from every single part, pairs and an equal blend. Of what
  // keeps the floors and lies within half a percent of the best NDCG@10 the one with the widest
  // coverage is taken; where nothing keeps them, what misses them least. The same input gives the
  // same result, whatever the threads.
  BlendResult search(const Dials& dials, const Floors& floors) const;

 private:
  using Weights = std::vector<float>;  // by column
  Weights weights_of(const Dials& dials, const Setting& setting) const;
  BlendFigures judge(const Weights& weights) const;
  BlendFigures figures_of(std::span<const std::int32_t> lists, double ndcg) const;

  std::span<const BlendCase> cases_;
  std::span<const Column> columns_;
  int threads_;
};

}  // namespace marquee
