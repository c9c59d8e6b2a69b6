// Ratings that the model was not trained on count at once: a user's list from the ratings as they
// are now, the rest of the model as it was trained.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/rating.h"
#include "model/scorer.h"

namespace marquee {

// A user as the parts see one, made of the newest ratings; scored like any user of the model.
struct FoldedUser {
  std::vector<std::int32_t> rated;      // items of the model, ascending
  std::vector<float> ratings;           // of them
  std::vector<float> interest;          // of them
  std::vector<std::int32_t> neighbors;  // users of the model, ascending
  std::vector<float> similarities;      // of them
  std::vector<float> latent;            // factors

  UserView view() const { return {{rated, interest}, {neighbors, similarities}, latent}; }
};

// What folding in needs beside the model: the scale of grades, everybody's row to compare with, and
// the latent part's equations. Costs about two copies of the ratings in memory and is made once a
// model. Immutable and thread-safe; keeps the model alive.
class FoldInBasis {
 public:
  explicit FoldInBasis(std::shared_ptr<const ModelData> model);
  ~FoldInBasis();

  const ModelData& model() const;

 private:
  friend FoldedUser fold_in(const FoldInBasis&, UserId, std::span<const Rating>);
  struct State;
  std::unique_ptr<const State> state_;
};

// The user with exactly these ratings, in any order, whoever's id they bear; of several for a movie
// the newest counts, as in InteractionMatrix. Ratings of movies that the model does not know are
// passed over. For a user's training ratings it gives what training gave, within rounding: the item
// weights, everybody else's taste, popularity and the scale of grades are those of the model.
// `user` is left out of their own neighbours. Where nothing is left, `rated` is empty.
FoldedUser fold_in(const FoldInBasis& basis, UserId user, std::span<const Rating> ratings);

// Whether the model was trained on the same ratings of this user, so that its own list stands.
bool is_as_trained(const ModelData& model, UserId user, const FoldedUser& folded);

// Whom a list is made for where newer ratings count: the user with exactly these ratings; nullopt
// where the model's own list for them stands, because it was trained on these ratings or because it
// knows none of their movies.
std::optional<FoldedUser> newer_than_model(const FoldInBasis& basis, UserId user,
                                           std::span<const Rating> ratings);

}  // namespace marquee
