#include "model/fold_in.h"

#include <algorithm>
#include <tuple>

#include "model/grades.h"
#include "model/interaction_matrix.h"
#include "model/latent.h"
#include "model/user_user.h"

namespace marquee {
namespace {

bool has(const ModelData& model, Part part) {
  return part_weights(model.options)[static_cast<std::size_t>(part)] > 0;
}

SparseRows grades_of(const ModelData& model, const GradeScale& scale) {
  std::vector<float> values;
  values.reserve(model.ratings.values.size());
  for (std::size_t u = 0; u < model.user_count(); ++u)
    scale.append(model.ratings.row(u).values, values);
  return {model.ratings.offsets, model.ratings.columns, std::move(values)};
}

struct KnownRating {
  std::int32_t item = 0;
  TimeMicros time = kUnknownTime;
  std::size_t place = 0;  // in the ratings as given
  float value = 0;
};

// Those of movies the model knows, by item, one for each.
std::vector<KnownRating> known_ratings(const ModelData& model, std::span<const Rating> ratings) {
  std::vector<KnownRating> known;
  for (std::size_t k = 0; k < ratings.size(); ++k)
    if (const auto item = find_id(model.item_ids.span(), ratings[k].movie))
      known.push_back({*item, ratings[k].time, k, ratings[k].value});
  std::ranges::sort(known, {},
                    [](const KnownRating& r) { return std::tuple(r.item, r.time, r.place); });
  std::vector<KnownRating> newest;
  for (std::size_t k = 0; k < known.size(); ++k)
    if (k + 1 == known.size() || known[k + 1].item != known[k].item) newest.push_back(known[k]);
  return newest;
}

}  // namespace

struct FoldInBasis::State {
  explicit State(std::shared_ptr<const ModelData> given)
      : model(std::move(given)), scale(model->ratings.values.span(), model->options) {
    if (has(*model, Part::kUserUser))
      users.emplace(model->ratings, grades_of(*model, scale), model->item_count(), model->options);
    if (has(*model, Part::kLatent) && model->factor_count() > 0)
      latent.emplace(model->latent_items.span(), model->item_count(), model->options);
  }

  std::shared_ptr<const ModelData> model;
  GradeScale scale;
  std::optional<UserComparison> users;
  std::optional<LatentFoldIn> latent;
};

FoldInBasis::FoldInBasis(std::shared_ptr<const ModelData> model)
    : state_(std::make_unique<const State>(std::move(model))) {}

FoldInBasis::~FoldInBasis() = default;

const ModelData& FoldInBasis::model() const {
  return *state_->model;
}

FoldedUser fold_in(const FoldInBasis& basis, UserId user, std::span<const Rating> ratings) {
  const FoldInBasis::State& state = *basis.state_;
  const ModelData& model = *state.model;
  FoldedUser folded;
  std::vector<TimeMicros> times;
  for (const KnownRating& rating : known_ratings(model, ratings)) {
    folded.rated.push_back(rating.item);
    folded.ratings.push_back(rating.value);
    times.push_back(rating.time);
  }
  if (folded.rated.empty()) return folded;
  std::vector<float> grades;
  state.scale.append(folded.ratings, grades);
  folded.interest = grades;
  age_interest(times, model.options.own_half_life, folded.interest);
  if (state.latent) folded.latent = state.latent->solve({folded.rated, grades});
  if (!state.users) return folded;
  const auto self = find_id(model.user_ids.span(), user);
  for (const SparseEntry& neighbor :
       state.users->neighbors_of({folded.rated, folded.ratings}, grades, self)) {
    folded.neighbors.push_back(neighbor.column);
    folded.similarities.push_back(neighbor.value);
  }
  return folded;
}

bool is_as_trained(const ModelData& model, UserId user, const FoldedUser& folded) {
  const auto u = find_id(model.user_ids.span(), user);
  if (!u) return false;
  const auto row = model.ratings.row(static_cast<std::size_t>(*u));
  return std::ranges::equal(row.columns, folded.rated) &&
         std::ranges::equal(row.values, folded.ratings);
}

std::optional<FoldedUser> newer_than_model(const FoldInBasis& basis, UserId user,
                                           std::span<const Rating> ratings) {
  auto folded = fold_in(basis, user, ratings);
  if (folded.rated.empty() || is_as_trained(basis.model(), user, folded)) return std::nullopt;
  return folded;
}

}  // namespace marquee
