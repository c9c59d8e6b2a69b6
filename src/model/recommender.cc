#include "model/recommender.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/nearest_name.h"
#include "model/fold_in.h"
#include "model/interaction_matrix.h"
#include "model/item_filter.h"
#include "model/reranking.h"
#include "model/scorer.h"

namespace marquee {
namespace {

bool rated(SparseRows::Row row, std::int32_t item) {
  return std::ranges::binary_search(row.columns, item);
}

// The value at `column` of a row whose columns ascend; 0 when there is none.
float value_at(SparseRows::Row row, std::int32_t column) {
  const auto found = std::ranges::lower_bound(row.columns, column);
  if (found == row.columns.end() || *found != column) return 0;
  return row.values[static_cast<std::size_t>(found - row.columns.begin())];
}

std::vector<std::string_view> split_genres(std::string_view joined) {
  std::vector<std::string_view> genres;
  while (!joined.empty()) {
    const auto bar = joined.find('|');
    genres.push_back(joined.substr(0, bar));
    joined = bar == std::string_view::npos ? std::string_view() : joined.substr(bar + 1);
  }
  return genres;
}

bool allowed(const ListRequest& request, std::int32_t item) {
  return request.filter == nullptr || request.filter->allows(item);
}

std::vector<Recommendation> popular_list(const ModelData& model, const ListRequest& request) {
  std::vector<Recommendation> list;
  const auto n = static_cast<std::size_t>(std::max(0, request.n));
  for (std::size_t k = 0; k < model.popular_items.size() && list.size() < n; ++k) {
    const std::int32_t item = model.popular_items[k];
    if (!allowed(request, item)) continue;
    list.push_back({.movie = model.item_ids[static_cast<std::size_t>(item)],
                    .score = model.popular_scores[k],
                    .parts = {},
                    .popular = true});
  }
  return list;
}

// What the precomputed list of user `u` gives; nullopt when it ends before n are found and the
// model may have more.
std::optional<std::vector<Recommendation>> precomputed(const ModelData& model, std::size_t u,
                                                       const ListRequest& request) {
  const auto width = static_cast<std::size_t>(model.lists.width);
  const auto n = static_cast<std::size_t>(std::max(0, request.n));
  std::vector<Recommendation> list;
  list.reserve(std::min(n, width));
  for (std::size_t k = 0; list.size() < n; ++k) {
    if (k == width) return std::nullopt;
    const std::size_t place = u * width + k;
    const std::int32_t item = model.lists.items[place];
    if (item < 0) break;  // the user has rated everything else
    if (!allowed(request, item)) continue;
    Recommendation entry{.movie = model.item_ids[static_cast<std::size_t>(item)],
                         .score = model.lists.scores[place],
                         .parts = {},
                         .popular = false};
    std::copy_n(model.lists.parts.begin() + place * kPartCount, kPartCount, entry.parts.begin());
    list.push_back(entry);
  }
  return list;
}

std::vector<Recommendation> computed(const ModelData& model, const UserView& user,
                                     const Reranking& reranking, const ListRequest& request) {
  const auto n = static_cast<std::size_t>(std::max(0, request.n));
  Scorer scorer(model);
  scorer.score(user);
  const auto pool = scorer.best(reranking.pool_for(n), request.filter, request.include_rated);
  std::vector<Recommendation> list;
  for (const std::int32_t best : reranking.reordered(pool, scorer.totals(), n)) {
    const auto item = static_cast<std::size_t>(best);
    Recommendation entry{
        .movie = model.item_ids[item], .score = scorer.total(item), .parts = {}, .popular = false};
    for (int p = 0; p < kPartCount; ++p)
      entry.parts[static_cast<std::size_t>(p)] = scorer.part(item, p);
    list.push_back(entry);
  }
  return list;
}

std::vector<Explanation::Because> because(const ModelData& model, std::size_t u,
                                          std::int32_t item) {
  std::vector<Explanation::Because> reasons;
  const auto own = model.interest_of(u);
  for (std::size_t k = 0; k < own.columns.size(); ++k) {
    const auto rated_item = static_cast<std::size_t>(own.columns[k]);
    const float share = own.values[k] * value_at(model.item_item.row(rated_item), item);
    if (own.values[k] > 0 && share > 0) reasons.push_back({model.item_ids[rated_item], share});
  }
  std::ranges::stable_sort(reasons, std::greater<>(), &Explanation::Because::share);
  return reasons;
}

std::vector<Explanation::Neighbor> neighbors(const ModelData& model, std::size_t u,
                                             std::int32_t item) {
  std::vector<Explanation::Neighbor> found;
  const auto row = model.user_user.row(u);
  for (std::size_t k = 0; k < row.columns.size(); ++k) {
    const auto theirs = model.ratings.row(static_cast<std::size_t>(row.columns[k]));
    if (!rated(theirs, item)) continue;
    found.push_back({model.user_ids[static_cast<std::size_t>(row.columns[k])], row.values[k],
                     value_at(theirs, item)});
  }
  std::ranges::stable_sort(found, std::greater<>(), &Explanation::Neighbor::similarity);
  return found;
}

std::vector<std::string> shared_terms(const ModelData& model, std::size_t u, std::int32_t item) {
  std::vector<float> profile(model.terms.size());
  const auto own = model.interest_of(u);
  for (std::size_t k = 0; k < own.columns.size(); ++k) {
    const auto terms = model.content.row(static_cast<std::size_t>(own.columns[k]));
    for (std::size_t t = 0; t < terms.columns.size(); ++t)
      profile[static_cast<std::size_t>(terms.columns[t])] += own.values[k] * terms.values[t];
  }
  const auto terms = model.content.row(static_cast<std::size_t>(item));
  std::vector<std::pair<float, std::int32_t>> shares;
  for (std::size_t t = 0; t < terms.columns.size(); ++t) {
    const float share = terms.values[t] * profile[static_cast<std::size_t>(terms.columns[t])];
    if (share > 0) shares.emplace_back(-share, terms.columns[t]);
  }
  std::ranges::sort(shares);
  std::vector<std::string> names;
  for (const auto& [share, term] : shares)
    names.emplace_back(model.terms[static_cast<std::size_t>(term)]);
  return names;
}

}  // namespace

std::string_view name_of(Part part) {
  switch (part) {
    case Part::kUserUser:
      return "user_user";
    case Part::kItemItem:
      return "item_item";
    case Part::kContent:
      return "content";
    case Part::kLatent:
      return "latent";
    case Part::kPopularity:
      return "popularity";
  }
  return "";
}

Recommender::Recommender(std::shared_ptr<const ModelData> model)
    : model_(std::move(model)),
      genre_index_(std::make_shared<const GenreIndex>(*model_)),
      reranking_(std::make_shared<const Reranking>(*model_)) {}

bool Recommender::knows_user(UserId user) const {
  return find_id(model_->user_ids.span(), user).has_value();
}

bool Recommender::knows_movie(MovieId movie) const {
  return find_id(model_->item_ids.span(), movie).has_value();
}

std::vector<Recommendation> Recommender::recommend(UserId user, int n) const {
  return recommend(user, ListRequest{.n = n});
}

std::vector<Recommendation> Recommender::recommend(UserId user, const ListRequest& request) const {
  const auto u = find_id(model_->user_ids.span(), user);
  if (!u) return popular_list(*model_, request);
  const auto index = static_cast<std::size_t>(*u);
  if (!request.include_rated)
    if (auto list = precomputed(*model_, index, request)) return std::move(*list);
  return computed(*model_, view_of(*model_, index), *reranking_, request);
}

std::vector<Recommendation> Recommender::recommend(const FoldedUser& user,
                                                   const ListRequest& request) const {
  if (user.rated.empty()) return popular_list(*model_, request);
  return computed(*model_, user.view(), *reranking_, request);
}

std::vector<SimilarMovie> Recommender::similar(MovieId movie, int n,
                                               const ItemFilter* filter) const {
  const auto item = find_id(model_->item_ids.span(), movie);
  if (!item || n <= 0) return {};
  const auto row = model_->similar.row(static_cast<std::size_t>(*item));
  std::vector<SimilarMovie> list;
  for (std::size_t k = 0; k < row.columns.size() && list.size() < static_cast<std::size_t>(n); ++k)
    if (filter == nullptr || filter->allows(row.columns[k]))
      list.push_back({model_->item_ids[static_cast<std::size_t>(row.columns[k])], row.values[k]});
  return list;
}

ItemFilter Recommender::filter(const ListRules& rules, const ItemFilter* within) const {
  return {model_, genre_index_, rules, within};
}

std::vector<std::string> Recommender::unknown_genres(const ListRules& rules) const {
  std::vector<std::string> unknown;
  for (const auto* names : {&rules.genres, &rules.exclude_genres})
    for (const std::string& name : *names)
      if (!genre_index_->find(name)) unknown.push_back(name);
  return unknown;
}

Status Recommender::check_genres(const ListRules& rules) const {
  const auto unknown = unknown_genres(rules);
  if (unknown.empty()) return {};
  const auto nearest = nearest_name(unknown.front(), genre_index_->names());
  return fail(ErrorCode::kUsage,
              fmt::format("no movie of the model has the genre '{}'", unknown.front()), "",
              nearest.empty() ? "its catalogue has no genres: import movies with genres and train"
                              : fmt::format("did you mean '{}'?", nearest));
}

Explanation Recommender::explain(UserId user, const Recommendation& recommendation) const {
  Explanation explanation{recommendation, {}, {}, {}};
  const auto u = find_id(model_->user_ids.span(), user);
  const auto item = find_id(model_->item_ids.span(), recommendation.movie);
  if (!u || !item) return explanation;
  const auto index = static_cast<std::size_t>(*u);
  explanation.because = because(*model_, index, *item);
  explanation.neighbors = neighbors(*model_, index, *item);
  explanation.shared_terms = shared_terms(*model_, index, *item);
  return explanation;
}

std::string_view Recommender::title(MovieId movie) const {
  const auto item = find_id(model_->item_ids.span(), movie);
  return item ? model_->titles[static_cast<std::size_t>(*item)] : std::string_view();
}

std::vector<std::string_view> Recommender::genres(MovieId movie) const {
  const auto item = find_id(model_->item_ids.span(), movie);
  if (!item) return {};
  return split_genres(model_->genres[static_cast<std::size_t>(*item)]);
}

int Recommender::year(MovieId movie) const {
  const auto item = find_id(model_->item_ids.span(), movie);
  return item ? model_->years[static_cast<std::size_t>(*item)] : 0;
}

std::optional<Recommender::UserSummary> Recommender::summary(UserId user) const {
  const auto u = find_id(model_->user_ids.span(), user);
  if (!u) return std::nullopt;
  const auto values = model_->ratings.row(static_cast<std::size_t>(*u)).values;
  double sum = 0, square = 0;
  for (const float rating : values) sum += rating;
  const auto count = static_cast<double>(values.size());
  const double mean = sum / count;
  for (const float rating : values) square += (rating - mean) * (rating - mean);
  return UserSummary{static_cast<std::int64_t>(values.size()), mean, std::sqrt(square / count)};
}

std::optional<float> Recommender::rating(UserId user, MovieId movie) const {
  const auto u = find_id(model_->user_ids.span(), user);
  const auto item = find_id(model_->item_ids.span(), movie);
  if (!u || !item) return std::nullopt;
  const auto row = model_->ratings.row(static_cast<std::size_t>(*u));
  if (!rated(row, *item)) return std::nullopt;
  return value_at(row, *item);
}

}  // namespace marquee
