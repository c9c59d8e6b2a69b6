#include "model/scorer.h"

#include <algorithm>
#include <cmath>

#include "model/content.h"
#include "model/interaction_matrix.h"
#include "model/item_filter.h"
#include "model/parallel.h"

namespace marquee {
namespace {

constexpr std::size_t index_of(Part part) {
  return static_cast<std::size_t>(part);
}

// How much the prior weighs beside the profile within the content part, both standardised.
constexpr float kPriorWeight = 0.5f;

void add_scaled(SparseRows::Row row, float scale, std::span<float> out) {
  for (std::size_t k = 0; k < row.columns.size(); ++k)
    out[static_cast<std::size_t>(row.columns[k])] += scale * row.values[k];
}

}  // namespace

std::array<float, kPartCount> part_weights(const ModelOptions& options) {
  const double completed = options.cf_weight * (1 - options.user_user_share);
  std::array<float, kPartCount> weights{};
  weights[index_of(Part::kUserUser)] =
      static_cast<float>(options.cf_weight * options.user_user_share);
  weights[index_of(Part::kItemItem)] = static_cast<float>(completed * (1 - options.latent_share));
  weights[index_of(Part::kLatent)] = static_cast<float>(completed * options.latent_share);
  weights[index_of(Part::kContent)] = static_cast<float>(options.content_weight);
  weights[index_of(Part::kPopularity)] = static_cast<float>(options.popularity_weight);
  return weights;
}

Scorer::Scorer(const ModelData& model)
    : model_(model),
      weights_(part_weights(model.options)),
      total_(model.item_count()),
      profile_(model.terms.size()),
      rated_(model.item_count()) {
  for (auto& part : parts_) part.resize(model.item_count());
}

void Scorer::take_user(std::size_t u) {
  for (const std::int32_t item : model_.ratings.row(user_).columns)
    rated_[static_cast<std::size_t>(item)] = 0;
  user_ = u;
  for (const std::int32_t item : model_.ratings.row(user_).columns)
    rated_[static_cast<std::size_t>(item)] = 1;
}

void Scorer::score_part(Part part) {
  const std::span<float> out = parts_[index_of(part)];
  std::ranges::fill(out, 0.0f);
  switch (part) {
    case Part::kUserUser:
      score_user_user(out);
      break;
    case Part::kItemItem:
      score_item_item(out);
      break;
    case Part::kContent:
      score_content(out);
      break;
    case Part::kLatent:
      score_latent(out);
      break;
    case Part::kPopularity:
      std::ranges::copy(model_.popularity, out.begin());
      break;
  }
  standardise(out);
}

void Scorer::score(std::size_t u) {
  take_user(u);
  std::ranges::fill(total_, 0.0f);
  for (std::size_t p = 0; p < kPartCount; ++p) {
    if (weights_[p] <= 0) continue;
    score_part(static_cast<Part>(p));
    for (std::size_t i = 0; i < total_.size(); ++i) {
      parts_[p][i] *= weights_[p];
      total_[i] += parts_[p][i];
    }
  }
}

void Scorer::score_alone(std::size_t u, Part part) {
  take_user(u);
  score_part(part);
  total_ = parts_[index_of(part)];
}

void Scorer::score_user_user(std::span<float> out) const {
  const auto neighbors = model_.user_user.row(user_);
  for (std::size_t k = 0; k < neighbors.columns.size(); ++k) {
    add_scaled(model_.interest_of(static_cast<std::size_t>(neighbors.columns[k])),
               neighbors.values[k], out);
  }
}

void Scorer::score_item_item(std::span<float> out) const {
  const auto own = model_.interest_of(user_);
  for (std::size_t k = 0; k < own.columns.size(); ++k)
    add_scaled(model_.item_item.row(static_cast<std::size_t>(own.columns[k])), own.values[k], out);
}

// The user's taste in terms, less that of somebody who took movies at random; the mean vector is
// taken off because without it everyone's profile is mostly "drama".
void Scorer::score_content(std::span<float> out) {
  const auto own = model_.interest_of(user_);
  std::ranges::fill(profile_, 0.0f);
  float sum = 0;
  for (std::size_t k = 0; k < own.columns.size(); ++k) {
    const float x = own.values[k];
    sum += x;
    add_scaled(model_.content.row(static_cast<std::size_t>(own.columns[k])), x, profile_);
  }
  for (std::size_t t = 0; t < profile_.size(); ++t) profile_[t] -= sum * model_.content_mean[t];
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = dot(model_.content.row(i), profile_);
  standardise(out);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] += kPriorWeight * model_.content_prior[i];
}

void Scorer::score_latent(std::span<float> out) const {
  const std::size_t factors = model_.factor_count(), items = out.size();
  for (std::size_t f = 0; f < factors; ++f) {
    const float own = model_.latent_users[user_ * factors + f];
    const float* theirs = model_.latent_items.begin() + f * items;
    for (std::size_t i = 0; i < items; ++i) out[i] += own * theirs[i];
  }
}

void Scorer::standardise(std::span<float> values) const {
  double sum = 0, square = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (rated_[i] != 0) continue;
    sum += values[i];
    square += static_cast<double>(values[i]) * values[i];
    ++count;
  }
  const double mean = count > 0 ? sum / static_cast<double>(count) : 0;
  const double variance = count > 0 ? square / static_cast<double>(count) - mean * mean : 0;
  const bool flat = !(variance > 1e-12 * (mean * mean) && variance > 1e-30);
  const auto shift = static_cast<float>(mean);
  const auto scale = flat ? 0.0f : static_cast<float>(1 / std::sqrt(variance));
  for (float& value : values) value = (value - shift) * scale;
}

std::vector<std::int32_t> Scorer::best(std::size_t n, const ItemFilter* filter,
                                       bool include_rated) {
  ranking_.clear();
  const auto before = [&](std::int32_t a, std::int32_t b) {
    const float ta = total_[static_cast<std::size_t>(a)], tb = total_[static_cast<std::size_t>(b)];
    return ta != tb ? ta > tb : a < b;
  };
  // A heap whose top is the worst kept item: most items fail against it at once.
  for (std::size_t i = 0; i < total_.size(); ++i) {
    if (rated_[i] != 0 && !include_rated) continue;
    const auto item = static_cast<std::int32_t>(i);
    if (ranking_.size() == n && (n == 0 || !before(item, ranking_.front()))) continue;
    if (filter != nullptr && !filter->allows(item)) continue;
    if (ranking_.size() == n) {
      std::ranges::pop_heap(ranking_, before);
      ranking_.back() = item;
    } else {
      ranking_.push_back(item);
    }
    std::ranges::push_heap(ranking_, before);
  }
  std::ranges::sort_heap(ranking_, before);
  return ranking_;
}

TopLists precompute_lists(const ModelData& model) {
  const auto width = static_cast<std::size_t>(model.options.precomputed_top_n);
  const std::size_t users = model.user_count();
  std::vector<std::int32_t> items(users * width, -1);
  std::vector<float> scores(users * width);
  std::vector<float> parts(users * width * kPartCount);
  for_each_row(users, thread_count(model.options.threads), [&] {
    return [&, scorer = Scorer(model)](std::size_t u) mutable {
      scorer.score(u);
      const auto best = scorer.best(width);
      for (std::size_t k = 0; k < best.size(); ++k) {
        const auto item = static_cast<std::size_t>(best[k]);
        items[u * width + k] = best[k];
        scores[u * width + k] = scorer.total(item);
        for (int p = 0; p < kPartCount; ++p)
          parts[(u * width + k) * kPartCount + static_cast<std::size_t>(p)] = scorer.part(item, p);
      }
    };
  });
  return {static_cast<std::int32_t>(width), std::move(items), std::move(scores), std::move(parts)};
}

}  // namespace marquee
