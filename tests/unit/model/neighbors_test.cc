#include "model/neighbors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "model/interaction_matrix.h"
#include "model/user_user.h"
#include "planted_data.h"

namespace marquee {
namespace {

using Dense = std::vector<std::map<std::int32_t, double>>;

Dense dense(const SparseRows& rows) {
  Dense result(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r)
    for (std::size_t k = 0; k < rows.row(r).columns.size(); ++k)
      result[r][rows.row(r).columns[k]] = rows.row(r).values[k];
  return result;
}

// The plain, slow twin: every pair, straight from the definition.
double plain_similarity(const std::map<std::int32_t, double>& a,
                        const std::map<std::int32_t, double>& b, const NeighborOptions& options) {
  double dot = 0, a2 = 0, b2 = 0, a2_common = 0, b2_common = 0;
  int common = 0;
  for (const auto& [column, x] : a) a2 += x * x;
  for (const auto& [column, y] : b) b2 += y * y;
  for (const auto& [column, x] : a) {
    const auto found = b.find(column);
    if (found == b.end()) continue;
    ++common;
    dot += x * found->second;
    a2_common += x * x;
    b2_common += found->second * found->second;
  }
  if (common < options.min_common) return 0;
  const double scale =
      options.measure == Measure::kCosine ? std::sqrt(a2 * b2) : std::sqrt(a2_common * b2_common);
  return scale > 0 ? dot / scale : 0;
}

void expect_like_the_plain_twin(const SparseRows& rows, std::size_t columns,
                                const NeighborOptions& options) {
  const SparseRows found = find_neighbors(rows, transpose(rows, columns), options);
  const Dense all = dense(rows);
  for (std::size_t r = 0; r < all.size(); ++r) {
    std::vector<double> best;
    for (std::size_t other = 0; other < all.size(); ++other) {
      const double s = other == r ? 0 : plain_similarity(all[r], all[other], options);
      if (other != r && s > options.threshold) best.push_back(s);
    }
    std::ranges::sort(best, std::greater<>());
    best.resize(std::min(best.size(), static_cast<std::size_t>(options.keep)));
    std::vector<float> got(found.row(r).values.begin(), found.row(r).values.end());
    std::ranges::sort(got, std::greater<>());
    ASSERT_EQ(got.size(), best.size()) << "row " << r;
    for (std::size_t k = 0; k < best.size(); ++k) EXPECT_NEAR(got[k], best[k], 1e-5);
    for (std::size_t k = 0; k < found.row(r).columns.size(); ++k) {
      const auto other = static_cast<std::size_t>(found.row(r).columns[k]);
      EXPECT_NEAR(found.row(r).values[k], plain_similarity(all[r], all[other], options), 1e-5);
    }
  }
}

class NeighborsTest : public testing::Test {
 protected:
  const PlantedData data_ = plant(60, 50, 20);
  const InteractionMatrix matrix_ = *InteractionMatrix::build(data_.ratings, data_.movies);
};

TEST_F(NeighborsTest, CosineIsThatOfThePlainTwin) {
  expect_like_the_plain_twin(
      matrix_.by_user(), matrix_.item_count(),
      {.measure = Measure::kCosine, .min_common = 3, .threshold = 0.1, .keep = 7, .threads = 2});
}

TEST_F(NeighborsTest, PearsonIsThatOfThePlainTwin) {
  SparseRows centred = matrix_.by_user();
  std::vector<float> values;
  for (const float value : centred.values) values.push_back(value - 3);
  centred.values = std::move(values);
  expect_like_the_plain_twin(
      centred, matrix_.item_count(),
      {.measure = Measure::kPearson, .min_common = 2, .threshold = 0, .keep = 9, .threads = 2});
}

TEST_F(NeighborsTest, ThreadsChangeNothing) {
  NeighborOptions options{
      .measure = Measure::kCosine, .min_common = 1, .threshold = 0, .keep = 5, .threads = 1};
  const SparseRows columns = matrix_.by_item();
  const SparseRows one = find_neighbors(matrix_.by_user(), columns, options);
  options.threads = 4;
  const SparseRows four = find_neighbors(matrix_.by_user(), columns, options);
  EXPECT_TRUE(std::ranges::equal(one.columns, four.columns));
  EXPECT_TRUE(std::ranges::equal(one.values, four.values));
}

TEST_F(NeighborsTest, WhatIsFoundHoldsNoMemoryOfTheRest) {
  const SparseRows rows = matrix_.by_user(), columns = matrix_.by_item();
  const std::vector<float> norms = norms_of(rows);
  NeighborSearch search(columns, norms, {.min_common = 1, .threshold = 0, .keep = 5});
  const std::vector<SparseEntry> found = search.find(rows.row(3), 3);
  EXPECT_EQ(found.size(), 5U);
  EXPECT_EQ(found.capacity(), 5U);
}

TEST_F(NeighborsTest, NeighboursShareTheTaste) {
  for (const char* measure : {"cosine", "pearson"}) {
    ModelOptions options;
    options.similarity = measure;
    options.n_neighbors = 5;
    const SparseRows found = fit_user_user(matrix_, grade(matrix_, options), options);
    int same = 0, all = 0;
    for (std::size_t u = 0; u < found.rows(); ++u)
      for (const std::int32_t v : found.row(u).columns) {
        same += (matrix_.user_ids()[u] - matrix_.user_ids()[static_cast<std::size_t>(v)]) % 4 == 0;
        ++all;
      }
    ASSERT_GT(all, 100);
    EXPECT_GT(same, 0.6 * all) << measure << ": chance would be a quarter";
  }
}

}  // namespace
}  // namespace marquee
