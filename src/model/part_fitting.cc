#include "model/part_fitting.h"

#include "model/latent.h"
#include "model/recent_popularity.h"
#include "model/user_user.h"

namespace marquee {
namespace {

SparseRows empty_rows(std::size_t count) {
  return {std::vector<std::int64_t>(count + 1), {}, {}};
}

bool has(const PartSet& parts, Part part) {
  return parts[static_cast<std::size_t>(part)];
}

}  // namespace

PartSet wanted_parts(const ModelOptions& options) {
  const bool crowd = options.cf_weight != 0;
  const bool completed = crowd && options.user_user_share != 1;
  PartSet parts{};
  parts[static_cast<std::size_t>(Part::kUserUser)] = crowd && options.user_user_share != 0;
  parts[static_cast<std::size_t>(Part::kItemItem)] = completed && options.latent_share != 1;
  parts[static_cast<std::size_t>(Part::kLatent)] = completed && options.latent_share != 0;
  parts[static_cast<std::size_t>(Part::kContent)] = options.content_weight != 0;
  parts[static_cast<std::size_t>(Part::kPopularity)] = options.popularity_weight != 0;
  return parts;
}

Result<std::string_view> fit_item_item(ModelData& model, const Grades& grades, PairBook* pairs) {
  MARQUEE_ASSIGN(const ItemItemMethod method, choose_item_item(grades.by_item, model.options));
  if (method == ItemItemMethod::kCosine) {
    model.item_item = fit_item_cosine(grades, model.options);
    return "cosine";
  }
  MARQUEE_ASSIGN(model.item_item, fit_ease(grades, model.options, pairs));
  return "ease";
}

Status fit_latent_part(ModelData& model, const FitInput& input) {
  MARQUEE_ASSIGN(LatentFactors factors,
                 fit_latent(input.grades, signatures_of(input.matrix), model.options));
  model.latent_users = std::move(factors.users);
  model.latent_items = std::move(factors.items);
  return {};
}

void give_options(ModelData& model, const FitInput& input, const ModelOptions& options) {
  model.options = options;
  model.interest = interest_of(input.matrix, input.grades, options.own_half_life);
  model.popularity =
      recent_popularity(input.matrix, input.grades, input.times,
                        {options.popularity_half_life, options.popularity_trend}, options);
}

Result<FittedParts> fit_parts(const FitInput& input, const ModelOptions& options,
                              const PartSet& parts, const FitProgress& progress) {
  const auto tell = [&](std::string_view step, double share) {
    if (progress) progress(step, share);
  };
  FittedParts fitted;
  ModelData& model = fitted.model;
  model.user_ids = input.matrix.user_ids();
  model.item_ids = input.matrix.item_ids();
  model.ratings = input.matrix.by_user();
  give_options(model, input, options);
  tell("user-user", 0);
  model.user_user = has(parts, Part::kUserUser)
                        ? fit_user_user(input.matrix, input.grades, options, input.neighbors_for)
                        : empty_rows(model.user_count());
  tell("item-item", 0.25);
  model.item_item = empty_rows(model.item_count());
  if (has(parts, Part::kItemItem)) {
    MARQUEE_ASSIGN(fitted.item_item_method, fit_item_item(model, input.grades, input.pairs));
  }
  tell("latent", 0.5);
  if (has(parts, Part::kLatent)) MARQUEE_TRY(fit_latent_part(model, input));
  tell("content", 0.9);
  fitted.content = fit_content(input.matrix, input.grades, input.catalogue);
  model.content = fitted.content.vectors;
  model.content_mean = fitted.content.mean;
  model.content_prior = fitted.content.prior;
  model.terms = fitted.content.terms;
  return fitted;
}

}  // namespace marquee
