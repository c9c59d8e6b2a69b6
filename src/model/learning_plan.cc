#include "model/learning_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/item_item.h"
#include "model/user_user.h"

namespace marquee {
namespace {

constexpr double kFitsForRidges = 15;  // that the budget has to pay for before ridges are tried
constexpr double kFitsOfSample = 2;
constexpr std::size_t kMoviesOfSample = 6000;
constexpr std::size_t kFewestSampled = 2000;

// Sums that the work of a fit comes from.
struct Extent {
  double users = 0;
  double items = 0;
  double ratings = 0;
  double squared_raters = 0;  // over all items
  double regressed = 0;
};

Extent extent_of(const InteractionMatrix& matrix, const ModelOptions& asked) {
  Extent extent{static_cast<double>(matrix.user_count()), static_cast<double>(matrix.item_count()),
                static_cast<double>(matrix.rating_count()), 0,
                static_cast<double>(regressed_items(matrix.by_item(), asked))};
  for (std::size_t i = 0; i < matrix.item_count(); ++i)
    extent.squared_raters += std::pow(static_cast<double>(matrix.item(i).columns.size()), 2);
  return extent;
}

// The same of so many users drawn by chance.
Extent sampled(const Extent& all, std::size_t users) {
  const double share = static_cast<double>(users) / all.users;
  return {all.users * share, all.items, all.ratings * share, all.squared_raters * share * share,
          std::min(all.regressed, static_cast<double>(kMoviesOfSample))};
}

// Of one fit of all parts, in GFLOP: the regression movies³, latent ratings · factors² each round,
// user–user the sum over movies of their squared number of raters, at what a sparse product takes.
double fit_work(const Extent& extent, const ModelOptions& asked) {
  const PartSet parts = wanted_parts(asked);
  const auto has = [&](Part part) { return parts[static_cast<std::size_t>(part)]; };
  const auto factors = static_cast<double>(asked.latent_factors);
  double flop = 1e6;
  if (has(Part::kItemItem)) flop += std::pow(extent.regressed, 3);
  if (has(Part::kLatent))
    flop += static_cast<double>(asked.latent_iterations) * factors * factors *
            (2 * extent.ratings + (extent.users + extent.items) * factors / 3);
  if (has(Part::kUserUser))
    flop +=
        50 * compared_share(static_cast<std::size_t>(extent.users), asked) * extent.squared_raters;
  return flop / 1e9;
}

}  // namespace

bool anything_open(const ModelOptions& asked) {
  return std::ranges::any_of(std::array{asked.cf_weight, asked.user_user_share, asked.latent_share,
                                        asked.content_weight, asked.popularity_weight},
                             [](double weight) { return weight < 0; });
}

LearningPlan plan_learning(const InteractionMatrix& matrix, const ModelOptions& asked) {
  if (!asked.learn || !anything_open(asked)) return {};
  const Extent all = extent_of(matrix, asked);
  const double fits = asked.learn_budget / fit_work(all, asked);
  if (fits >= 1)
    return {fits < kFitsForRidges ? LearningExtent::kWeights : LearningExtent::kRidges, fits,
            matrix.user_count(), static_cast<std::size_t>(all.regressed)};
  std::size_t users = matrix.user_count();
  do {
    const double fits_of_sample = asked.learn_budget / fit_work(sampled(all, users), asked);
    if (fits_of_sample >= kFitsOfSample)
      return {LearningExtent::kSample, fits_of_sample, users, kMoviesOfSample};
    users /= 2;
  } while (users >= kFewestSampled);
  return {};
}

}  // namespace marquee
