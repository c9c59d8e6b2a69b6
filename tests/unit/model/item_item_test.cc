#include "model/item_item.h"

#include <gtest/gtest.h>

#include <cmath>

#include "planted_data.h"

namespace marquee {
namespace {

using DenseMatrix = std::vector<std::vector<double>>;

// The plain, slow twin of EASE in double precision: Gauss–Jordan elimination on G + λI.
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
    a[i][i] += options.item_item_regularization;
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

TEST_F(ItemItemTest, PastTheDenseLimitCosineTakesOver) {
  options_.dense_limit = 4 * 100 * 100;
  EXPECT_EQ(choose_item_item(options_, 100), ItemItemMethod::kEase);
  EXPECT_EQ(choose_item_item(options_, 101), ItemItemMethod::kCosine);
  options_.item_item = "ease";
  const auto refused = choose_item_item(options_, 101);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
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
