// Draws users by what they rated, so that names have no part in who is drawn.
#pragma once

#include <vector>

#include "model/interaction_matrix.h"

namespace marquee {

// All users, by index, in the order in which they are drawn: that of a hash of their signatures
// (signatures.h), those whom nothing tells apart by index.
std::vector<std::size_t> users_as_drawn(const InteractionMatrix& matrix);

// The ratings of the first `count` of them, or of all where there are not more; by user, then
// movie.
std::vector<Rating> ratings_of_drawn(const InteractionMatrix& matrix, std::size_t count);

}  // namespace marquee
