#include "model/score_block.h"

#include <cblas.h>

#include <algorithm>

namespace marquee {
namespace {

bool wanted(const ModelData& model, Part part) {
  return part_weights(model.options)[static_cast<std::size_t>(part)] > 0;
}

}  // namespace

ScoreBlock::ScoreBlock(const ModelData& model)
    : model_(model),
      latent_wanted_(wanted(model, Part::kLatent) && model.factor_count() > 0),
      content_wanted_(wanted(model, Part::kContent)),
      latent_(latent_wanted_ ? kUsers * model.item_count() : 0),
      content_(content_wanted_ ? kUsers * model.item_count() : 0),
      profile_(model.terms.size()),
      profiles_(model.terms.size() * kUsers) {}

void ScoreBlock::compute(std::size_t first, std::size_t count) {
  if (latent_wanted_) compute_latent(first, count);
  if (content_wanted_) compute_content(first, count);
}

RawScores ScoreBlock::of(std::size_t k) const {
  const std::size_t items = model_.item_count();
  const auto row = [&](const std::vector<float>& rows) {
    return rows.empty() ? std::span<const float>() : std::span(rows).subspan(k * items, items);
  };
  return {row(latent_), row(content_)};
}

void ScoreBlock::compute_latent(std::size_t first, std::size_t count) {
  const auto items = static_cast<int>(model_.item_count());
  const auto factors = static_cast<int>(model_.factor_count());
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(count), items, factors, 1,
              model_.latent_users.begin() + first * model_.factor_count(), factors,
              model_.latent_items.begin(), items, 0, latent_.data(), items);
}

// Item by item, all users of the block side by side.
void ScoreBlock::compute_content(std::size_t first, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    fill_profile(model_, model_.interest_of(first + k), profile_);
    for (std::size_t t = 0; t < profile_.size(); ++t) profiles_[t * kUsers + k] = profile_[t];
  }
  const std::size_t items = model_.item_count();
  for (std::size_t i = 0; i < items; ++i) {
    const auto terms = model_.content.row(i);
    std::array<float, kUsers> sums{};
    for (std::size_t t = 0; t < terms.columns.size(); ++t) {
      const float weight = terms.values[t];
      const float* theirs = profiles_.data() + static_cast<std::size_t>(terms.columns[t]) * kUsers;
      for (std::size_t k = 0; k < kUsers; ++k) sums[k] += weight * theirs[k];
    }
    for (std::size_t k = 0; k < count; ++k) content_[k * items + i] = sums[k];
  }
}

}  // namespace marquee
