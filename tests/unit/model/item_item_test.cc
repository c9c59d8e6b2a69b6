#include "model/item_item.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ranges>

#include "planted_data.h"

namespace marquee {
namespace {

using DenseMatrix = std::vector<std::vector<double>>;

// The plain, slow twin of EASE in double precision: Gauss–Jordan elimination on G, its diagonal
// divided by what dropout leaves, + λI.
DenseMatrix plain_ease(const Grades& grades, const ModelOptions& options) {
  const std::size_t n = grades.by_item.rows();
  DenseMatrix a(n, std::vector<double>(2 * n));
  for (std::size_t u = 0; u < grades.by_user.rows(); ++u) {
    const auto row = grades.by_user.row(u);
    for (std::size_t i = 0; i < row.columns.size(); ++i)
      for (std::size_t j = 0; j < row.columns.size(); ++j)
        a[static_cast<std::size_t>(row.columns[i])][static_cast<std::size_t>(row.columns[j])] +=
            static_cast<double>(row.values[i]) * row.values[j];
  }
  for (std::size_t i = 0; i < n; ++i) {
    a[i][i] = a[i][i] / (1 - options.item_item_dropout) + options.item_item_regularization;
    a[i][n + i] = 1;
  }
  for (std::size_t p = 0; p < n; ++p) {
    const double pivot = a[p][p];
    for (double& x : a[p]) x /= pivot;
    for (std::size_t r = 0; r < n; ++r) {
      if (r == p) continue;
      const double factor = a[r][p];
      for (std::size_t c = 0; c < 2 * n; ++c) a[r][c] -= factor * a[p][c];
    }
  }
  DenseMatrix weights(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (i != j) weights[i][j] = -a[i][n + j] / a[j][n + j];
  return weights;
}

class ItemItemTest : public testing::Test {
 protected:
  void SetUp() override { options_.item_item_regularization = 10; }
  const PlantedData data_ = plant(80, 40, 15);
  const InteractionMatrix matrix_ = *InteractionMatrix::build(data_.ratings, data_.movies);
  ModelOptions options_;
  const Grades grades_ = grade(matrix_, options_);
};

TEST_F(ItemItemTest, EaseIsThatOfThePlainTwin) {
  options_.item_item_keep = 1000;
  const auto fitted = fit_ease(grades_, options_);
  ASSERT_TRUE(fitted) << fitted.error().message();
  const DenseMatrix plain = plain_ease(grades_, options_);
  std::size_t compared = 0;
  for (std::size_t j = 0; j < fitted->rows(); ++j) {
    const auto row = fitted->row(j);
    for (std::size_t k = 0; k < row.columns.size(); ++k, ++compared)
      EXPECT_NEAR(row.values[k], plain[j][static_cast<std::size_t>(row.columns[k])], 1e-5);
  }
  EXPECT_EQ(compared, 36u * 35u) << "every pair of the 36 movies that somebody rated";
}

TEST_F(ItemItemTest, EaseKeepsTheStrongestWeightsOfEachMovie) {
  options_.item_item_keep = 3;
  const auto fitted = fit_ease(grades_, options_);
  ASSERT_TRUE(fitted);
  const DenseMatrix plain = plain_ease(grades_, options_);
  const SparseRows targets = transpose(*fitted, matrix_.item_count());
  for (std::size_t target = 0; target < targets.rows(); ++target) {
    const auto row = targets.row(target);
    ASSERT_LE(row.columns.size(), 3u);
    if (row.columns.empty()) continue;
    double weakest = INFINITY;
    for (const float value : row.values)
      weakest = std::min(weakest, static_cast<double>(std::abs(value)));
    for (std::size_t source = 0; source < plain.size(); ++source) {
      const bool kept = std::ranges::binary_search(row.columns, static_cast<std::int32_t>(source));
      if (kept) continue;
      EXPECT_LE(std::abs(plain[source][target]), weakest + 1e-5);
    }
  }
}

TEST_F(ItemItemTest, AMovieThatNobodyRatedHasNoWeights) {
  const auto fitted = fit_ease(grades_, options_);
  ASSERT_TRUE(fitted);
  for (std::size_t i = 0; i < matrix_.item_count(); ++i)
    EXPECT_TRUE(!matrix_.item(i).columns.empty() || fitted->row(i).columns.empty()) << i;
}

TEST_F(ItemItemTest, AVanishingRidgeGivesAnErrorOrFiniteWeights) {
  options_.item_item_regularization = 1e-3;
  auto twins = data_.ratings;  // two movies with the same raters make the Gram matrix singular
  for (const Rating& rating : data_.ratings)
    if (rating.movie == 1001) twins.push_back({rating.user, 5000, rating.value, rating.time});
  const auto matrix = InteractionMatrix::build(twins, data_.movies);
  ASSERT_TRUE(matrix);
  const auto fitted = fit_ease(grade(*matrix, options_), options_);
  if (!fitted) {
    EXPECT_EQ(fitted.error().code, ErrorCode::kUnfit);
    return;
  }
  for (const float value : fitted->values) ASSERT_TRUE(std::isfinite(value));
}

TEST_F(ItemItemTest, WithoutRoomForAMatrixCosineTakesOver) {
  options_.dense_limit = 4 * 36 * 36;
  EXPECT_EQ(choose_item_item(grades_.by_item, options_), ItemItemMethod::kEase)
      << "all of the 36 movies that somebody rated";
  options_.dense_limit -= 1;
  EXPECT_EQ(choose_item_item(grades_.by_item, options_), ItemItemMethod::kCosine);
  options_.item_item = "ease";
  const auto refused = choose_item_item(grades_.by_item, options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
}

// The grades without those of items that have fewer ratings than so many.
Grades of_known_items(const Grades& grades, std::size_t fewest) {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (std::size_t u = 0; u < grades.by_user.rows(); ++u) {
    const auto row = grades.by_user.row(u);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      if (grades.by_item.row(static_cast<std::size_t>(row.columns[k])).columns.size() < fewest)
        continue;
      columns.push_back(row.columns[k]);
      values.push_back(row.values[k]);
    }
    offsets.push_back(std::ssize(columns));
  }
  Grades known;
  known.by_user = {std::move(offsets), std::move(columns), std::move(values)};
  known.by_item = transpose(known.by_user, grades.by_item.rows());
  return known;
}

TEST_F(ItemItemTest, WhereRoomIsShortTheBestKnownMoviesAreRegressed) {
  const PlantedData data = plant(150, 160, 25);
  const auto matrix = InteractionMatrix::build(data.ratings, data.movies);
  ASSERT_TRUE(matrix);
  const Grades grades = grade(*matrix, options_);
  options_.item_item_keep = 1000;
  options_.dense_limit = 4 * 110 * 110;
  const std::size_t regressed = regressed_items(grades.by_item, options_);
  EXPECT_LE(regressed, 110u);
  EXPECT_GE(regressed, 90u) << "movies with as many ratings as the first left out are left out too";
  ASSERT_EQ(choose_item_item(grades.by_item, options_), ItemItemMethod::kEase);
  const auto fitted = fit_ease(grades, options_);
  ASSERT_TRUE(fitted) << fitted.error().message();

  std::size_t fewest = 1;
  while (std::ranges::count_if(std::views::iota(std::size_t{0}, grades.by_item.rows()),
                               [&](std::size_t i) {
                                 return grades.by_item.row(i).columns.size() >= fewest;
                               }) > static_cast<std::ptrdiff_t>(regressed))
    ++fewest;
  const DenseMatrix plain = plain_ease(of_known_items(grades, fewest), options_);
  std::size_t compared = 0;
  for (std::size_t j = 0; j < fitted->rows(); ++j) {
    const auto row = fitted->row(j);
    for (std::size_t k = 0; k < row.columns.size(); ++k, ++compared)
      EXPECT_NEAR(row.values[k], plain[j][static_cast<std::size_t>(row.columns[k])], 1e-5);
  }
  EXPECT_GT(compared, regressed * (regressed - 1) * 9 / 10);
}

TEST_F(ItemItemTest, CosineOfMoviesOfOneGenreIsHigher) {
  const SparseRows fitted = fit_item_cosine(grades_, options_);
  double own = 0, other = 0;
  for (std::size_t i = 0; i < fitted.rows(); ++i)
    for (std::size_t k = 0; k < fitted.row(i).columns.size(); ++k) {
      const bool same = (static_cast<std::int32_t>(i) - fitted.row(i).columns[k]) % 4 == 0;
      (same ? own : other) += fitted.row(i).values[k];
      EXPECT_GT(fitted.row(i).values[k], 0);
      EXPECT_LE(fitted.row(i).values[k], 1.0001f);
    }
  EXPECT_GT(own, other);
}

}  // namespace
}  // namespace marquee
