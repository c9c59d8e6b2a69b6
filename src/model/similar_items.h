// Movies like a movie: for GET /movie/{id}/similar.
#pragma once

#include "core/config.h"
#include "model/content.h"
#include "model/grades.h"

namespace marquee {

// For each item its `top_n_similar_movies` most similar others, most similar first (columns not
// ascending): the cosine between who liked them, blended with the cosine between their terms. The
// weight of the crowd grows with the movie's raters n as n / (n + 20), so that a movie nobody has
// rated is compared by its terms alone. Values lie in (0, 1]. Of a term that more than 5,000 movies
// have it is looked up in the 5,000 best known of them only, so that time grows with the movies and
// not with their square; what is found is compared by all terms.
SparseRows find_similar(const Grades& grades, const Content& content, const ModelOptions& options);

}  // namespace marquee
