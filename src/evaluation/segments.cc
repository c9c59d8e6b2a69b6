#include "evaluation/segments.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "model/interaction_matrix.h"

namespace marquee {
namespace {

constexpr std::size_t kThirds = 3;
constexpr std::size_t kAt10 = 1;

std::int64_t ratings_of(const ModelData& model, UserId user) {
  const auto u = find_id(model.user_ids.span(), user);
  return u ? std::ssize(model.ratings.row(static_cast<std::size_t>(*u)).columns) : 0;
}

std::array<ActivitySegment, kThirds> by_activity(std::span<const UserOutcome> outcomes,
                                                 const ModelData& model) {
  std::vector<std::pair<std::int64_t, double>> users;
  for (const UserOutcome& outcome : outcomes)
    users.emplace_back(ratings_of(model, outcome.user),
                       outcome.figures[static_cast<std::size_t>(Metric::kNdcg)][kAt10]);
  std::ranges::stable_sort(users, {}, &std::pair<std::int64_t, double>::first);
  std::array<ActivitySegment, kThirds> thirds;
  for (std::size_t k = 0; k < users.size(); ++k) {
    ActivitySegment& third = thirds[k * kThirds / users.size()];
    ++third.users;
    third.most_ratings = users[k].first;
    third.ndcg_at_10 += users[k].second;
  }
  for (ActivitySegment& third : thirds)
    if (third.users > 0) third.ndcg_at_10 /= static_cast<double>(third.users);
  return thirds;
}

// For each item which third of the ratings it belongs to, from the least rated on.
std::vector<std::size_t> thirds_of_items(const ModelData& model) {
  std::vector<std::int64_t> counts(model.item_count());
  for (const std::int32_t item : model.ratings.columns) ++counts[static_cast<std::size_t>(item)];
  std::vector<std::size_t> order(counts.size()), third(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return counts[i]; });
  std::int64_t before = 0;
  const auto all = std::max<std::int64_t>(1, std::ssize(model.ratings.columns));
  for (const std::size_t item : order) {
    third[item] = std::min<std::size_t>(kThirds - 1, static_cast<std::size_t>(before * 3 / all));
    before += counts[item];
  }
  return third;
}

}  // namespace

Segments measure_segments(std::span<const UserOutcome> outcomes, std::span<const Rating> test,
                          double relevant_rating, const ListOf& list_of, const ModelData& model) {
  Segments segments{by_activity(outcomes, model), {}};
  const auto third = thirds_of_items(model);
  for (const std::size_t t : third) ++segments.by_popularity[t].movies;
  std::map<UserId, std::vector<MovieId>> lists;
  for (const Rating& rating : test) {
    if (rating.value < relevant_rating) continue;
    const auto item = find_id(model.item_ids.span(), rating.movie);
    if (!item) continue;
    auto found = lists.find(rating.user);
    if (found == lists.end()) found = lists.emplace(rating.user, list_of(rating.user)).first;
    PopularitySegment& segment = segments.by_popularity[third[static_cast<std::size_t>(*item)]];
    ++segment.liked;
    segment.recall_at_20 += std::ranges::find(found->second, rating.movie) != found->second.end();
  }
  for (PopularitySegment& segment : segments.by_popularity)
    if (segment.liked > 0) segment.recall_at_20 /= static_cast<double>(segment.liked);
  return segments;
}

}  // namespace marquee
