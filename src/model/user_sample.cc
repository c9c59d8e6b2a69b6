#include "model/user_sample.h"

#include <algorithm>
#include <numeric>

#include "model/signatures.h"

namespace marquee {

std::vector<std::size_t> users_as_drawn(const InteractionMatrix& matrix) {
  const Signatures signatures = signatures_of(matrix);
  std::vector<std::size_t> order(matrix.user_count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t u) { return mixed(signatures.users[u]); });
  return order;
}

std::vector<Rating> ratings_of_drawn(const InteractionMatrix& matrix, std::size_t count) {
  std::vector<std::size_t> drawn = users_as_drawn(matrix);
  drawn.resize(std::min(drawn.size(), count));
  std::ranges::sort(drawn);
  std::vector<Rating> ratings;
  for (const std::size_t u : drawn) {
    const auto own = matrix.user(u);
    const auto first = static_cast<std::size_t>(matrix.by_user().offsets[u]);
    for (std::size_t k = 0; k < own.columns.size(); ++k)
      ratings.push_back({matrix.user_ids()[u],
                         matrix.item_ids()[static_cast<std::size_t>(own.columns[k])], own.values[k],
                         matrix.times()[first + k]});
  }
  return ratings;
}

}  // namespace marquee
