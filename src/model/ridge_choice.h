// Which ridges the data favours: multiples of the rules' (strengths.h), by how item–item or latent
// alone ranks on cuts of the data.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/error.h"
#include "model/blend_cases.h"

namespace marquee {

inline constexpr std::size_t kFirstRidges = 3;  // tried of each part in any case

struct RidgeTry {
  Part part = Part::kItemItem;
  double factor = 1;  // on the rule's ridge
  double ndcg = 0;    // mean NDCG@10 of the part alone over the judged users
};

struct RidgeChoice {
  double factor = 1;
  std::vector<RidgeTry> tries;  // in the order in which they were judged, at most five
};

// Calls the function with 0 to count - 1, on as many threads as it likes; gives an error of a call
// that had one.
using RunFits =
    std::function<Status(std::size_t count, const std::function<Status(std::size_t)>& fit)>;

// One choice for each of `parts`, which must be fitted on `cuts` by the rules' ridges. Of the first
// factors the smallest (weakest ridge, widest lists) that ranks within 1 % of the best; where that
// is the smallest of all, smaller ones as long as each ranks 1 % better than the one before.
// Errors as of FittedCut::judge_alone.
Result<std::vector<RidgeChoice>> choose_ridges(std::span<const std::optional<FittedCut>> cuts,
                                               std::span<const Part> parts, const RunFits& run);

}  // namespace marquee
