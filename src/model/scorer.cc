#include "model/scorer.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "model/content.h"
#include "model/interaction_matrix.h"
#include "model/item_filter.h"
#include "model/parallel.h"
#include "model/reranking.h"
#include "model/score_block.h"

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

UserView view_of(const ModelData& model, std::size_t u) {
  const std::size_t factors = model.factor_count();
  return {model.interest_of(u), model.user_user.row(u),
          model.latent_users.span().subspan(u * factors, factors)};
}

Scorer::Scorer(const ModelData& model)
    : model_(model),
      weights_(part_weights(model.options)),
      total_(model.item_count()),
      profile_(model.terms.size()),
      candidate_(model.item_count(), 1.0f) {
  for (auto& part : parts_) part.resize(model.item_count());
}

void Scorer::take(const UserView& user) {
  for (const std::int32_t item : rated_) candidate_[static_cast<std::size_t>(item)] = 1;
  user_ = user;
  rated_.assign(user.interest.columns.begin(), user.interest.columns.end());
  for (const std::int32_t item : rated_) candidate_[static_cast<std::size_t>(item)] = 0;
}

void Scorer::score_part(Part part, const RawScores& raw) {
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
      score_content(out, raw.content);
      break;
    case Part::kLatent:
      if (raw.latent.empty())
        score_latent(out);
      else
        std::ranges::copy(raw.latent, out.begin());
      break;
    case Part::kPopularity:
      std::ranges::copy(model_.popularity, out.begin());
      break;
  }
  standardise(out);
}

void Scorer::score(const UserView& user, const RawScores& raw) {
  take(user);
  std::ranges::fill(total_, 0.0f);
  for (std::size_t p = 0; p < kPartCount; ++p) {
    if (weights_[p] <= 0) continue;
    score_part(static_cast<Part>(p), raw);
    const float weight = weights_[p];
    float* part = parts_[p].data();
    float* total = total_.data();
    for (std::size_t i = 0; i < total_.size(); ++i) {
      part[i] *= weight;
      total[i] += part[i];
    }
  }
}

void Scorer::score_alone(std::size_t u, Part part) {
  take(view_of(model_, u));
  score_part(part, {});
  total_ = parts_[index_of(part)];
}

void Scorer::score_user_user(std::span<float> out) const {
  const auto neighbors = user_.neighbors;
  for (std::size_t k = 0; k < neighbors.columns.size(); ++k) {
    add_scaled(model_.interest_of(static_cast<std::size_t>(neighbors.columns[k])),
               neighbors.values[k], out);
  }
}

void Scorer::score_item_item(std::span<float> out) const {
  const auto own = user_.interest;
  for (std::size_t k = 0; k < own.columns.size(); ++k)
    add_scaled(model_.item_item.row(static_cast<std::size_t>(own.columns[k])), own.values[k], out);
}

void Scorer::score_content(std::span<float> out, std::span<const float> raw) {
  if (raw.empty()) {
    fill_profile(model_, user_.interest, profile_);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = dot(model_.content.row(i), profile_);
  } else {
    std::ranges::copy(raw, out.begin());
  }
  standardise(out);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] += kPriorWeight * model_.content_prior[i];
}

void Scorer::score_latent(std::span<float> out) const {
  const std::size_t items = out.size();
  for (std::size_t f = 0; f < user_.latent.size(); ++f) {
    const float own = user_.latent[f];
    const float* theirs = model_.latent_items.begin() + f * items;
    for (std::size_t i = 0; i < items; ++i) out[i] += own * theirs[i];
  }
}

// Sums in four lanes, which a compiler may put side by side where it must keep the order of one
// sum.
void Scorer::standardise(std::span<float> values) const {
  constexpr std::size_t kLanes = 4;
  std::array<double, kLanes> sums{}, squares{};
  const auto add = [&](std::size_t i, std::size_t lane) {
    const double x = static_cast<double>(values[i]) * static_cast<double>(candidate_[i]);
    sums[lane] += x;
    squares[lane] += x * x;
  };
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) add(i + lane, lane);
  for (; i < values.size(); ++i) add(i, 0);
  const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  const double square = std::accumulate(squares.begin(), squares.end(), 0.0);
  const auto count = static_cast<double>(values.size() - rated_.size());
  const double mean = count > 0 ? sum / count : 0;
  const double variance = count > 0 ? square / count - mean * mean : 0;
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
  if (n == 0) return ranking_;
  // A heap whose top is the worst kept item: most items fail against it at once.
  float worst = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < total_.size(); ++i) {
    if (total_[i] < worst) continue;
    if (candidate_[i] == 0 && !include_rated) continue;
    const auto item = static_cast<std::int32_t>(i);
    if (ranking_.size() == n && !before(item, ranking_.front())) continue;
    if (filter != nullptr && !filter->allows(item)) continue;
    if (ranking_.size() == n) {
      std::ranges::pop_heap(ranking_, before);
      ranking_.back() = item;
    } else {
      ranking_.push_back(item);
    }
    std::ranges::push_heap(ranking_, before);
    if (ranking_.size() == n) worst = total_[static_cast<std::size_t>(ranking_.front())];
  }
  std::ranges::sort_heap(ranking_, before);
  return ranking_;
}

void fill_profile(const ModelData& model, SparseRows::Row interest, std::span<float> profile) {
  std::ranges::fill(profile, 0.0f);
  float sum = 0;
  for (std::size_t k = 0; k < interest.columns.size(); ++k) {
    const float x = interest.values[k];
    sum += x;
    add_scaled(model.content.row(static_cast<std::size_t>(interest.columns[k])), x, profile);
  }
  for (std::size_t t = 0; t < profile.size(); ++t) profile[t] -= sum * model.content_mean[t];
}

TopLists precompute_lists(const ModelData& model) {
  const auto width = static_cast<std::size_t>(model.options.precomputed_top_n);
  const std::size_t users = model.user_count();
  std::vector<std::int32_t> items(users * width, -1);
  std::vector<float> scores(users * width);
  std::vector<float> parts(users * width * kPartCount);
  const Reranking reranking(model);
  const std::size_t pool = reranking.pool_for(width);
  const auto keep = [&](std::size_t u, Scorer& scorer) {
    const auto best = reranking.reordered(scorer.best(pool), scorer.totals(), width);
    for (std::size_t k = 0; k < best.size(); ++k) {
      const auto item = static_cast<std::size_t>(best[k]);
      items[u * width + k] = best[k];
      scores[u * width + k] = scorer.total(item);
      for (int p = 0; p < kPartCount; ++p)
        parts[(u * width + k) * kPartCount + static_cast<std::size_t>(p)] = scorer.part(item, p);
    }
  };
  openblas_set_num_threads(1);  // the blocks run side by side
  constexpr std::size_t kUsers = ScoreBlock::kUsers;
  for_each_row((users + kUsers - 1) / kUsers, thread_count(model.options.threads), 1, [&] {
    return [&, scorer = Scorer(model), block = ScoreBlock(model)](std::size_t b) mutable {
      const std::size_t first = b * kUsers, count = std::min(kUsers, users - first);
      block.compute(first, count);
      for (std::size_t k = 0; k < count; ++k) {
        scorer.score(view_of(model, first + k), block.of(k));
        keep(first + k, scorer);
      }
    };
  });
  return {static_cast<std::int32_t>(width), std::move(items), std::move(scores), std::move(parts)};
}

}  // namespace marquee
