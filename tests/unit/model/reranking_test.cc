#include "model/reranking.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "model/content.h"
#include "model/hybrid_trainer.h"
#include "model/recommender.h"
#include "planted_data.h"

namespace marquee {
namespace {

class RerankingTest : public testing::Test {
 protected:
  static std::shared_ptr<ModelData> make(const RankingOptions& ranking) {
    const PlantedData data = plant(80, 120, 20);
    ModelOptions options;
    options.item_item_regularization = 20;
    options.precomputed_top_n = 10;
    options.ranking = ranking;
    return std::make_shared<ModelData>(
        *train_hybrid(data.ratings, data.movies, options, {})->model);
  }
  // Every item, best first, with made-up scores that fall from 9 by steps that differ.
  RerankingTest() {
    pool_.resize(plain_->item_count());
    std::iota(pool_.begin(), pool_.end(), 0);
    for (std::size_t k = 0; k < pool_.size(); ++k)
      scores_.push_back(9 - 0.01F * static_cast<float>(k) - 0.001F * static_cast<float>(k % 7));
    pool_.resize(20);
  }
  std::vector<std::int32_t> reordered(const RankingOptions& ranking, std::size_t n = 10) const {
    ModelData model = *plain_;
    model.options.ranking = ranking;
    return Reranking(model).reordered(pool_, scores_, n);
  }
  double likeness(const std::vector<std::int32_t>& list) const {
    double sum = 0;
    for (std::size_t a = 0; a < list.size(); ++a)
      for (std::size_t b = 0; b < a; ++b) sum += cosine(list[a], list[b]);
    return sum;
  }
  double cosine(std::int32_t a, std::int32_t b) const {
    std::vector<float> dense(plain_->terms.size());
    const auto row = plain_->content.row(static_cast<std::size_t>(a));
    for (std::size_t t = 0; t < row.columns.size(); ++t)
      dense[static_cast<std::size_t>(row.columns[t])] = row.values[t];
    return dot(plain_->content.row(static_cast<std::size_t>(b)), dense);
  }
  // The formula of the header, place by place.
  std::vector<std::int32_t> slow_mmr(double diversity, std::size_t n) const {
    std::vector<std::int32_t> left = pool_, list;
    const double high = scores_[0], low = scores_[static_cast<std::size_t>(pool_.back())];
    while (list.size() < n) {
      const auto value = [&](std::int32_t item) {
        double most = 0;
        for (const std::int32_t other : list) most = std::max(most, cosine(item, other));
        const double relevance = (scores_[static_cast<std::size_t>(item)] - low) / (high - low);
        return (1 - diversity) * relevance - diversity * most;
      };
      const auto best = std::ranges::max_element(left, {}, value);
      list.push_back(*best);
      left.erase(best);
    }
    return list;
  }

  const std::shared_ptr<ModelData> plain_ = make({});
  std::vector<std::int32_t> pool_;
  std::vector<float> scores_;
};

TEST_F(RerankingTest, OffChangesNothing) {
  EXPECT_TRUE(Reranking(*plain_).changes_nothing());
  EXPECT_EQ(Reranking(*plain_).pool_for(7), 7u);
  EXPECT_EQ(reordered({}), std::vector<std::int32_t>(pool_.begin(), pool_.begin() + 10));
}

TEST_F(RerankingTest, DiversityIsTheFormula) {
  for (const double diversity : {0.1, 0.3, 0.7, 1.0})
    EXPECT_EQ(reordered({.diversity = diversity}, 15), slow_mmr(diversity, 15)) << diversity;
}

TEST_F(RerankingTest, MoreDiversityMakesListsLessAlike) {
  const double none = likeness(reordered({})), much = likeness(reordered({.diversity = 0.6}));
  EXPECT_LT(much, none);
}

TEST_F(RerankingTest, TheDiscountBringsUpWhatFewKnow) {
  const auto raters = [&](const std::vector<std::int32_t>& list) {
    std::int64_t sum = 0;
    for (const std::int32_t item : list) sum += std::ranges::count(plain_->ratings.columns, item);
    return sum;
  };
  EXPECT_LT(raters(reordered({.popularity_discount = 1})), raters(reordered({})));
}

TEST_F(RerankingTest, FreshnessBringsUpNewMoviesAndOneWrongYearMakesNothingOld) {
  const auto years = [&](const std::vector<std::int32_t>& list) {
    std::int64_t sum = 0;
    for (const std::int32_t item : list) sum += plain_->years[static_cast<std::size_t>(item)];
    return sum;
  };
  const auto fresh = reordered({.freshness = 1});
  EXPECT_GT(years(fresh), years(reordered({})));
  std::vector<std::int32_t> wrong(plain_->years.begin(), plain_->years.end());
  wrong.back() = 9999;
  plain_->years = std::move(wrong);
  EXPECT_EQ(reordered({.freshness = 1}), fresh);
}

TEST_F(RerankingTest, TrainedListsAreInTheOrderThatServingComputes) {
  const auto model = make({.diversity = 0.4, .popularity_discount = 0.2, .freshness = 0.1});
  const Recommender recommender(model);
  for (const UserId user : model->user_ids) {
    const auto stored = recommender.recommend(user, 10);
    const auto computed = recommender.recommend(user, 40);
    ASSERT_EQ(computed.size(), 40u);
    std::set<MovieId> seen;
    for (const auto& entry : computed) EXPECT_TRUE(seen.insert(entry.movie).second);
    for (std::size_t k = 0; k < stored.size(); ++k) EXPECT_EQ(stored[k].movie, computed[k].movie);
  }
}

}  // namespace
}  // namespace marquee
