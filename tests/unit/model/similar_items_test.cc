#include "model/similar_items.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "planted_data.h"

namespace marquee {
namespace {

struct World {
  World(const std::vector<Rating>& ratings, std::span<const Movie> movies)
      : matrix(*InteractionMatrix::build(ratings, movies)),
        grades(grade(matrix, options)),
        content(fit_content(matrix, grades, movies)) {}
  ModelOptions options;
  InteractionMatrix matrix;
  Grades grades;
  Content content;
};

// The plain twin for movies that nobody rated: the cosine over all terms, pair by pair.
double plain_cosine(const Content& content, std::size_t a, std::size_t b) {
  std::map<std::int32_t, double> terms;
  const auto one = content.vectors.row(a), other = content.vectors.row(b);
  for (std::size_t k = 0; k < one.columns.size(); ++k) terms[one.columns[k]] = one.values[k];
  double sum = 0;
  for (std::size_t k = 0; k < other.columns.size(); ++k)
    if (terms.contains(other.columns[k])) sum += terms[other.columns[k]] * other.values[k];
  return sum;
}

// Movies 3k, 3k + 1 and 3k + 2 share a word of their titles, and all are dramas.
std::vector<Movie> triplets(int count) {
  std::vector<Movie> movies;
  for (int m = 0; m < count; ++m)
    movies.push_back({.id = m + 1,
                      .title = "Word" + std::to_string(m / 3),
                      .genres = {"Drama"},
                      .year = 1990 + m % 3,
                      .tags = {}});
  return movies;
}

TEST(SimilarItemsTest, UnratedMoviesAreComparedByAllTheirTerms) {
  const auto movies = triplets(60);
  const World world({{1, 1, 4, 1}, {2, 1, 3, 1}}, movies);
  const SparseRows similar = find_similar(world.grades, world.content, world.options);
  for (std::size_t i = 1; i < similar.rows(); ++i) {
    const auto row = similar.row(i);
    ASSERT_GE(row.columns.size(), 2u);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const auto other = static_cast<std::size_t>(row.columns[k]);
      EXPECT_NEAR(row.values[k], std::min(1.0, plain_cosine(world.content, i, other)), 1e-5);
      EXPECT_EQ(k < 2, other / 3 == i / 3) << "those of the same word come first";
    }
  }
}

TEST(SimilarItemsTest, AGenreOfManyMoviesHidesNoneThatIsNear) {
  const auto movies = triplets(12'000);
  const World world({{1, 1, 4, 1}, {2, 1, 3, 1}}, movies);
  const SparseRows similar = find_similar(world.grades, world.content, world.options);
  for (std::size_t i = 1; i < similar.rows(); i += 97) {
    const auto row = similar.row(i);
    ASSERT_EQ(row.columns.size(), 50u);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const auto other = static_cast<std::size_t>(row.columns[k]);
      EXPECT_NEAR(row.values[k], plain_cosine(world.content, i, other), 1e-5);
      EXPECT_TRUE(k >= 2 || other / 3 == i / 3);
    }
  }
}

}  // namespace
}  // namespace marquee
