// Holds a trained model to the floors of learning: what cuts promise, the final lists must keep.
#pragma once

#include <array>
#include <vector>

#include "model/interaction_matrix.h"
#include "model/model_data.h"

namespace marquee {

struct FloorCheck {
  double coverage = 0;          // movies in the first ten places of anybody's list
  double popular_coverage = 0;  // the same of the popular list, unrated movies for everybody
  // That keeps coverage at the floor: learn_coverage_ratio · popular_coverage, by room_for_floors.
  double popularity_weight = 0;
};

std::size_t rated_movies(const InteractionMatrix& matrix);

// What of the floors holds: all of them from 500 rated movies on, with fewer in proportion. Where
// everybody sees a tenth of all there is, lists must overlap, and nothing stays unseen.
double room_for_floors(std::size_t rated_movies);

// Lowers the popularity part's weight, a seventh at a time, until the lists of the users (a sample
// of 1,000 where there are more) keep the floor; leaves it where even weight 0 does not help.
// `model` has its parts, its options and no lists yet.
FloorCheck hold_coverage(const ModelData& model, const InteractionMatrix& matrix);

// What a popular list covers: the wider of the list by Bayesian average and the list by number of
// ratings. `rated` gives the rows of the users that are asked about.
class PopularLists {
 public:
  PopularLists(const InteractionMatrix& matrix, const ModelOptions& options);
  // Adds a user's first ten of both.
  void add(SparseRows::Row rated);
  std::size_t coverage() const;

 private:
  std::array<Array<std::int32_t>, 2> rankings_;
  std::array<std::vector<std::uint8_t>, 2> shown_;
};

}  // namespace marquee
