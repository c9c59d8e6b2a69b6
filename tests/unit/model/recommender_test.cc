#include "model/recommender.h"

#include <gtest/gtest.h>

#include "model/hybrid_trainer.h"
#include "planted_data.h"

namespace marquee {
namespace {

class RecommenderTest : public testing::Test {
 protected:
  static Recommender make() {
    const PlantedData data = plant(80, 120, 20);
    ModelOptions options;
    options.item_item_regularization = 20;
    options.precomputed_top_n = 10;
    options.min_common_items = 2;
    return Recommender(train_hybrid(data.ratings, data.movies, options, {})->model);
  }
  const Recommender recommender_ = make();
};

TEST_F(RecommenderTest, AStrangerGetsThePopularList) {
  EXPECT_FALSE(recommender_.knows_user(1));
  const auto list = recommender_.recommend(1, 20);
  ASSERT_EQ(list.size(), 20u);
  for (std::size_t k = 0; k < list.size(); ++k) {
    EXPECT_TRUE(list[k].popular);
    EXPECT_TRUE(k == 0 || list[k - 1].score >= list[k].score);
  }
}

TEST_F(RecommenderTest, PastThePrecomputedListsItComputesTheSame) {
  const auto stored = recommender_.recommend(12, 10);
  const auto computed = recommender_.recommend(12, 30);
  ASSERT_EQ(computed.size(), 30u);
  for (std::size_t k = 0; k < stored.size(); ++k) {
    EXPECT_EQ(stored[k].movie, computed[k].movie);
    EXPECT_NEAR(stored[k].score, computed[k].score, 1e-4);
    for (std::size_t p = 0; p < kPartCount; ++p)
      EXPECT_NEAR(stored[k].parts[p], computed[k].parts[p], 1e-4);
  }
}

TEST_F(RecommenderTest, NothingForNothing) {
  EXPECT_TRUE(recommender_.recommend(12, 0).empty());
  EXPECT_TRUE(recommender_.similar(1000, 0).empty());
  EXPECT_TRUE(recommender_.similar(4, 10).empty());
  EXPECT_EQ(recommender_.title(4), "");
  EXPECT_FALSE(recommender_.summary(1));
}

TEST_F(RecommenderTest, SimilarMoviesAreOfTheGenre) {
  int same = 0, all = 0;
  for (MovieId movie = 1000; movie < 1120; ++movie) {
    const auto list = recommender_.similar(movie, 5);
    ASSERT_EQ(list.size(), 5u) << movie;
    for (std::size_t k = 0; k < list.size(); ++k, ++all) {
      EXPECT_NE(list[k].movie, movie);
      EXPECT_GT(list[k].score, 0);
      EXPECT_LE(list[k].score, 1);
      same += (list[k].movie - movie) % 4 == 0;
    }
  }
  EXPECT_GT(same, 0.8 * all);
}

TEST_F(RecommenderTest, ExplainsByWhatWasRatedByWhomAndByTerms) {
  const auto list = recommender_.recommend(12, 3);
  const Explanation explanation = recommender_.explain(12, list[0]);
  ASSERT_FALSE(explanation.because.empty());
  for (const auto& reason : explanation.because) EXPECT_TRUE(recommender_.rating(12, reason.movie));
  ASSERT_FALSE(explanation.neighbors.empty());
  for (const auto& neighbor : explanation.neighbors)
    EXPECT_EQ(recommender_.rating(neighbor.user, list[0].movie), neighbor.rating);
  ASSERT_FALSE(explanation.shared_terms.empty());
}

TEST_F(RecommenderTest, NoMovieIsAReasonBecauseItWasNotLiked) {
  const PlantedData data = plant(100, 120, 12);
  ModelOptions options;
  options.other_strength = -1;
  options.grade_slope = 1.5;
  options.item_item_regularization = 20;
  const auto model = train_hybrid(data.ratings, data.movies, options, {})->model;
  const Recommender recommender(model);
  std::size_t reasons = 0;
  for (const UserId user : model->user_ids)
    for (const auto& entry : recommender.recommend(user, 5))
      for (const auto& reason : recommender.explain(user, entry).because) {
        ++reasons;
        EXPECT_GE(*recommender.rating(user, reason.movie), 2.5) << user << ", " << reason.movie;
      }
  EXPECT_GT(reasons, 100U);
}

TEST_F(RecommenderTest, TellsOfUsersAndMovies) {
  const auto summary = recommender_.summary(12);
  ASSERT_TRUE(summary);
  EXPECT_GT(summary->rating_count, 5);
  EXPECT_GE(summary->avg_rating, 0.5);
  EXPECT_GT(summary->std_dev, 0);
  EXPECT_EQ(recommender_.genres(1001), std::vector<std::string_view>{"Comedy"});
  EXPECT_EQ(recommender_.year(1001), 1981);
}

}  // namespace
}  // namespace marquee
