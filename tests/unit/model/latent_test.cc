#include "model/latent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "planted_data.h"

namespace marquee {
namespace {

class LatentTest : public testing::Test {
 protected:
  LatentTest() {
    options_.latent_factors = 6;
    options_.latent_regularization = 3;
    options_.threads = 2;
  }
  LatentFactors fit() const {
    auto fitted = fit_latent(grades_, signatures_of(matrix_), options_);
    EXPECT_TRUE(fitted) << fitted.error().message();
    return *fitted;
  }
  double item(const LatentFactors& factors, std::size_t i, std::size_t f) const {
    return factors.items[f * matrix_.item_count() + i];
  }
  double score(const LatentFactors& factors, std::size_t u, std::size_t i) const {
    double sum = 0;
    for (std::size_t f = 0; f < 6; ++f) sum += factors.users[u * 6 + f] * item(factors, i, f);
    return sum;
  }

  const PlantedData data_ = plant(60, 40, 12);
  const InteractionMatrix matrix_ = *InteractionMatrix::build(data_.ratings, data_.movies);
  Grades grades_ = grade(matrix_, {});
  ModelOptions options_;
};

// What is minimised, written down as it stands in the paper: the derivative by each user's factors
// is 0 where the items' are held. A grade below 0 is a sure 0.
TEST_F(LatentTest, EachUserSolvesTheLeastSquaresOfThePaper) {
  options_.other_strength = -1;
  grades_ = grade(matrix_, options_);
  ASSERT_LT(std::ranges::min(grades_.by_user.values), 0);
  const LatentFactors factors = fit();
  for (std::size_t u = 0; u < matrix_.user_count(); ++u) {
    std::vector<double> weight(matrix_.item_count(), 1), wanted(matrix_.item_count());
    const auto own = grades_.by_user.row(u);
    for (std::size_t k = 0; k < own.columns.size(); ++k) {
      const auto i = static_cast<std::size_t>(own.columns[k]);
      weight[i] = 1 + options_.latent_confidence * std::abs(own.values[k]);
      wanted[i] = own.values[k] > 0 ? 1 : 0;
    }
    for (std::size_t f = 0; f < 6; ++f) {
      double gradient = options_.latent_regularization * factors.users[u * 6 + f];
      for (std::size_t i = 0; i < matrix_.item_count(); ++i)
        gradient += weight[i] * (score(factors, u, i) - wanted[i]) * item(factors, i, f);
      EXPECT_NEAR(gradient, 0, 1e-3);
    }
  }
}

TEST_F(LatentTest, MoreRoundsComeNearerToTheLeastLoss) {
  const auto loss = [&](std::int64_t rounds) {
    options_.latent_iterations = rounds;
    const LatentFactors factors = fit();
    double sum = 0;
    for (const float x : factors.users) sum += options_.latent_regularization * x * x;
    for (const float x : factors.items) sum += options_.latent_regularization * x * x;
    for (std::size_t u = 0; u < matrix_.user_count(); ++u) {
      const auto own = grades_.by_user.row(u);
      std::size_t k = 0;
      for (std::size_t i = 0; i < matrix_.item_count(); ++i) {
        const bool seen = k < own.columns.size() && own.columns[k] == static_cast<std::int32_t>(i);
        const double weight = seen ? 1 + options_.latent_confidence * own.values[k++] : 1;
        sum += weight * std::pow(score(factors, u, i) - (seen ? 1 : 0), 2);
      }
    }
    return sum;
  };
  const double one = loss(1), four = loss(4), eight = loss(8);
  EXPECT_LT(four, one);
  EXPECT_LE(eight, four * 1.0001);
}

TEST_F(LatentTest, ThreadsChangeNothing) {
  const LatentFactors two = fit();
  options_.threads = 1;
  const LatentFactors one = fit();
  for (std::size_t k = 0; k < one.users.size(); ++k) ASSERT_NEAR(one.users[k], two.users[k], 1e-4);
}

TEST_F(LatentTest, AMovieThatNobodyRatedHasNoFactors) {
  const LatentFactors factors = fit();
  for (std::size_t i = 0; i < matrix_.item_count(); ++i)
    if (matrix_.item(i).columns.empty()) {
      for (std::size_t f = 0; f < 6; ++f) EXPECT_EQ(item(factors, i, f), 0);
    }
}

}  // namespace
}  // namespace marquee
