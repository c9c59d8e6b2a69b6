// The content part: what a movie is about, from genres, title words, year and tags alone. It ranks
// movies that nobody has rated yet.
#pragma once

#include <span>

#include "core/config.h"
#include "model/grades.h"

namespace marquee {

struct Content {
  SparseRows
      vectors;  // items × terms: TF–IDF, rows of unit length (empty for movies without any term)
  TextPool
      terms;  // "genre:Drama", "title:star", "decade:1990", "year:1995", "tag:noir"; by code point
  Array<float> mean;  // terms: the mean of `vectors` over all items
  Array<float>
      prior;  // items: what the terms alone say about how many are interested, mean 0, deviation 1
};

// Terms that fewer than two movies share are left out: they link nothing. The prior is a ridge
// regression of log(1 + a movie's summed grades) on its terms, so that an unrated movie of a
// beloved kind has a start. `catalogue` in any order; movies of the matrix that it lacks have no
// terms.
Content fit_content(const InteractionMatrix& matrix, const Grades& grades,
                    std::span<const Movie> catalogue);

// The terms of one movie, without repeats, ascending. Words are lower-cased runs of ASCII letters
// and digits and of bytes past ASCII; very common English words and single letters are passed over.
std::vector<std::string> terms_of(const Movie& movie);

TextPool make_text_pool(std::span<const std::string> texts);

// An item's raw content score for a profile: Σ over its terms of weight × profile.
inline float dot(SparseRows::Row row, std::span<const float> dense) {
  float sum = 0;
  for (std::size_t k = 0; k < row.columns.size(); ++k)
    sum += row.values[k] * dense[static_cast<std::size_t>(row.columns[k])];
  return sum;
}

}  // namespace marquee
