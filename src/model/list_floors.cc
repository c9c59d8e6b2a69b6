#include "model/list_floors.h"

#include <algorithm>
#include <numeric>

#include "model/parallel.h"
#include "model/popular.h"
#include "model/scorer.h"

namespace marquee {
namespace {

constexpr std::size_t kPlaces = 10;
constexpr std::size_t kMostUsers = 1000;
constexpr double kStep = 6.0 / 7;
constexpr int kMostSteps = 25;  // down to a fiftieth

std::vector<std::int32_t> by_count(const InteractionMatrix& matrix) {
  std::vector<std::int32_t> order(matrix.item_count());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(), [&](std::int32_t i) {
    return matrix.item(static_cast<std::size_t>(i)).columns.size();
  });
  return order;
}

// Users at even distances, in all of them.
std::vector<std::size_t> sample_of(std::size_t users) {
  const std::size_t count = std::min(users, kMostUsers);
  std::vector<std::size_t> sample(count);
  for (std::size_t k = 0; k < count; ++k) sample[k] = k * users / count;
  return sample;
}

double coverage_of(const ModelData& model, const std::vector<std::size_t>& users) {
  std::vector<std::vector<std::int32_t>> lists(users.size());
  for_each_row(users.size(), thread_count(model.options.threads), [&] {
    return [&, scorer = Scorer(model)](std::size_t k) mutable {
      scorer.score(users[k]);
      lists[k] = scorer.best(kPlaces);
    };
  });
  std::vector<std::uint8_t> shown(model.item_count());
  for (const auto& list : lists)
    for (const std::int32_t item : list) shown[static_cast<std::size_t>(item)] = 1;
  return static_cast<double>(std::ranges::count(shown, 1));
}

}  // namespace

PopularLists::PopularLists(const InteractionMatrix& matrix, const ModelOptions& options)
    : rankings_{rank_popular(matrix, options).items, by_count(matrix)},
      shown_{std::vector<std::uint8_t>(matrix.item_count()),
             std::vector<std::uint8_t>(matrix.item_count())} {}

void PopularLists::add(SparseRows::Row rated) {
  for (std::size_t r = 0; r < rankings_.size(); ++r) {
    std::size_t places = 0;
    for (const std::int32_t item : rankings_[r]) {
      if (places == kPlaces) break;
      if (std::ranges::binary_search(rated.columns, item)) continue;
      shown_[r][static_cast<std::size_t>(item)] = 1;
      ++places;
    }
  }
}

std::size_t PopularLists::coverage() const {
  std::size_t widest = 0;
  for (const auto& shown : shown_)
    widest = std::max(widest, static_cast<std::size_t>(std::ranges::count(shown, 1)));
  return widest;
}

std::size_t rated_movies(const InteractionMatrix& matrix) {
  std::size_t rated = 0;
  for (std::size_t i = 0; i < matrix.item_count(); ++i) rated += !matrix.item(i).columns.empty();
  return rated;
}

double room_for_floors(std::size_t rated_movies) {
  constexpr double kEnoughMovies = 500;
  return std::min(1.0, static_cast<double>(rated_movies) / kEnoughMovies);
}

FloorCheck hold_coverage(const ModelData& model, const InteractionMatrix& matrix) {
  const auto users = sample_of(model.user_count());
  PopularLists popular(matrix, model.options);
  for (const std::size_t user : users) popular.add(matrix.user(user));
  FloorCheck check{coverage_of(model, users), static_cast<double>(popular.coverage()),
                   model.options.popularity_weight};
  const double floor = room_for_floors(rated_movies(matrix)) * model.options.learn_coverage_ratio *
                       check.popular_coverage;
  ModelData lowered = model;
  for (int step = 0; step < kMostSteps && check.coverage < floor; ++step) {
    if (lowered.options.popularity_weight == 0) break;
    lowered.options.popularity_weight *= kStep;
    check.coverage = coverage_of(lowered, users);
    check.popularity_weight = lowered.options.popularity_weight;
  }
  if (check.coverage < floor) check.popularity_weight = model.options.popularity_weight;
  return check;
}

}  // namespace marquee
