// The weighted sum of the parts for one user, over every item. Training (to learn weights and to
// precompute lists) and serving (past them) score through this one class.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "model/model_data.h"
#include "model/recommender.h"

namespace marquee {

// What each part weighs, indexed by Part: of cf_weight, user_user_share goes to user–user, and of
// the rest latent_share to latent and what is left to item–item. No weight may be left to learning.
std::array<float, kPartCount> part_weights(const ModelOptions& options);

// What the parts look at of a user; a view into the model or into a FoldedUser.
struct UserView {
  SparseRows::Row interest;       // by item, ascending: all that the user has rated
  SparseRows::Row neighbors;      // by user of the model, ascending
  std::span<const float> latent;  // factors
};
UserView view_of(const ModelData& model, std::size_t u);

// What two parts say of every item before they are standardised, where it was computed for many
// users at once (score_block.h); empty: the scorer computes it.
struct RawScores {
  std::span<const float> latent;
  std::span<const float> content;
};

// Scores one user at a time into memory of its own: one Scorer a thread. The model must outlive it.
class Scorer {
 public:
  explicit Scorer(const ModelData& model);

  // Scores every item for user `u`. Each part is standardised over the items that the user has not
  // rated (mean 0, deviation 1; all 0 where a part tells nothing) and weighted. Always finite.
  void score(std::size_t u) { score(view_of(model_, u)); }
  // The same for anybody. The view is looked at during the call only.
  void score(const UserView& user, const RawScores& raw = {});

  // Of the user last scored; indexed by item. Items the user has rated are on the same scale.
  float total(std::size_t item) const { return total_[item]; }
  std::span<const float> totals() const { return total_; }
  float part(std::size_t item, int part) const {
    return parts_[static_cast<std::size_t>(part)][item];
  }

  // The n best items that the user last scored has not rated (or has, with `include_rated`) and
  // that `filter` (null: all) allows, best first, ties by lower index.
  std::vector<std::int32_t> best(std::size_t n, const ItemFilter* filter = nullptr,
                                 bool include_rated = false);

  // One part alone for user `u`, standardised and not weighted, into part() and total().
  void score_alone(std::size_t u, Part part);

 private:
  void take(const UserView& user);
  void score_part(Part part, const RawScores& raw);  // of the user taken, standardised
  void score_user_user(std::span<float> out) const;
  void score_item_item(std::span<float> out) const;
  void score_content(std::span<float> out, std::span<const float> raw);
  void score_latent(std::span<float> out) const;
  void standardise(std::span<float> values) const;

  const ModelData& model_;
  std::array<float, kPartCount> weights_;
  UserView user_;
  std::vector<float> total_;
  std::array<std::vector<float>, kPartCount> parts_;
  std::vector<float> profile_;         // terms
  std::vector<std::int32_t> rated_;    // items of the user taken
  std::vector<float> candidate_;       // items: 0 where the user has a rating, 1 elsewhere
  std::vector<std::int32_t> ranking_;  // scratch of best()
};

// A user's taste in terms, less that of somebody who took movies at random; the mean vector is
// taken off because without it everyone's profile is mostly "drama". `profile`: one number a term.
void fill_profile(const ModelData& model, SparseRows::Row interest, std::span<float> profile);

// Lists of `options.precomputed_top_n` items for every user, on all threads.
TopLists precompute_lists(const ModelData& model);

}  // namespace marquee
