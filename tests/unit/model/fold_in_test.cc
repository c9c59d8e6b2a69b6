#include "model/fold_in.h"

#include <gtest/gtest.h>

#include <random>

#include "model/hybrid_trainer.h"
#include "model/item_filter.h"
#include "model/rating_times.h"
#include "planted_data.h"

namespace marquee {
namespace {

struct Trained {
  explicit Trained(const ModelOptions& options)
      : model(train_hybrid(data.ratings, data.movies, options, {})->model),
        recommender(model),
        basis(model) {}

  std::vector<Rating> ratings_of(UserId user) const {
    std::vector<Rating> own;
    std::ranges::copy_if(data.ratings, std::back_inserter(own),
                         [&](const Rating& r) { return r.user == user; });
    return own;
  }
  std::vector<Recommendation> list(const FoldedUser& user, int n = 20) const {
    return recommender.recommend(user, {.n = n});
  }

  const PlantedData data = plant(80, 120, 20);
  const std::shared_ptr<const ModelData> model;
  const Recommender recommender;
  const FoldInBasis basis;
};

ModelOptions every_part() {
  ModelOptions options;
  options.item_item_regularization = 20;
  options.precomputed_top_n = 20;
  options.min_common_items = 2;
  options.cf_weight = 0.9;
  options.user_user_share = 0.3;
  options.latent_share = 0.5;
  options.content_weight = 0.2;
  options.popularity_weight = 0.1;
  options.own_half_life = 0.0001;  // the planted ratings of a user lie seconds apart
  return options;
}

// Movie by movie in the same order, but where two scores are as good as one.
void expect_same(const std::vector<Recommendation>& a, const std::vector<Recommendation>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_NEAR(a[k].score, b[k].score, 1e-3) << k;
    if (a[k].movie != b[k].movie) {
      const auto twin = std::ranges::find(b, a[k].movie, &Recommendation::movie);
      ASSERT_TRUE(twin != b.end() || k + 1 == a.size()) << a[k].movie;
      if (twin != b.end()) {
        EXPECT_NEAR(twin->score, b[k].score, 1e-3);
      }
      continue;
    }
    for (std::size_t p = 0; p < kPartCount; ++p) EXPECT_NEAR(a[k].parts[p], b[k].parts[p], 1e-3);
  }
}

TEST(FoldIn, TheTrainingRatingsGiveTheTrainedList) {
  for (const char* similarity : {"cosine", "pearson"})
    for (const auto& [slope, other] : {std::pair(2.2, 0.0), {0.0, 0.0}, {1.5, -1.0}}) {
      ModelOptions options = every_part();
      options.similarity = similarity;
      options.grade_slope = slope;
      options.other_strength = other;
      const Trained trained(options);
      for (const UserId user : trained.model->user_ids) {
        auto own = trained.ratings_of(user);
        std::shuffle(own.begin(), own.end(), std::mt19937(7));
        const FoldedUser folded = fold_in(trained.basis, user, own);
        EXPECT_TRUE(is_as_trained(*trained.model, user, folded));
        expect_same(trained.list(folded), trained.recommender.recommend(user, 20));
      }
    }
}

TEST(FoldIn, IsComparedWithTheSameUsers) {
  ModelOptions options = every_part();
  options.compared_users = 30;
  const Trained trained(options);
  for (const UserId user : trained.model->user_ids)
    expect_same(trained.list(fold_in(trained.basis, user, trained.ratings_of(user))),
                trained.recommender.recommend(user, 20));
}

TEST(FoldIn, LearnedSettingsAndTheSparsePathFoldInToo) {
  ModelOptions options;
  options.dense_limit = 1;
  const Trained trained(options);
  for (const UserId user : {UserId{10}, UserId{33}})
    expect_same(trained.list(fold_in(trained.basis, user, trained.ratings_of(user))),
                trained.recommender.recommend(user, 20));
}

TEST(FoldIn, AFewRatingsOfAStrangerFindTheTaste) {
  const Trained trained(every_part());
  // Westerns: every fourth movie from 1003 on.
  const std::vector<Rating> own = {{5000, 1003, 5, 1}, {5000, 1007, 5, 2}, {5000, 1011, 4.5, 3}};
  const FoldedUser folded = fold_in(trained.basis, 5000, own);
  EXPECT_FALSE(is_as_trained(*trained.model, 5000, folded));
  EXPECT_FALSE(folded.neighbors.empty());
  const auto list = trained.list(folded, 10);
  ASSERT_EQ(list.size(), 10u);
  const auto westerns =
      std::ranges::count_if(list, [](const Recommendation& entry) { return entry.movie % 4 == 3; });
  EXPECT_GE(westerns, 7);
  for (const auto& entry : list) {
    EXPECT_FALSE(entry.popular);
    for (const Rating& rating : own) EXPECT_NE(entry.movie, rating.movie);
  }
}

TEST(FoldIn, ANewRatingTakesItsMovieOutAndMovesTheRest) {
  const Trained trained(every_part());
  const auto before = trained.recommender.recommend(12, 20);
  auto own = trained.ratings_of(12);
  own.push_back({12, before[0].movie, 5, 1'000'000'000});
  const FoldedUser folded = fold_in(trained.basis, 12, own);
  EXPECT_FALSE(is_as_trained(*trained.model, 12, folded));
  const auto after = trained.list(folded);
  EXPECT_EQ(std::ranges::find(after, before[0].movie, &Recommendation::movie), after.end());
  const auto self =
      std::ranges::find(trained.model->user_ids, 12) - trained.model->user_ids.begin();
  EXPECT_EQ(std::ranges::count(folded.neighbors, static_cast<std::int32_t>(self)), 0);
}

TEST(FoldIn, OfSeveralRatingsForAMovieTheNewestCounts) {
  const Trained trained(every_part());
  const FoldedUser folded =
      fold_in(trained.basis, 5000, std::vector<Rating>{{5000, 1003, 5, 9}, {5000, 1003, 1, 2}});
  EXPECT_EQ(folded.ratings, std::vector<float>{5});
}

TEST(FoldIn, NothingKnownLeavesThePopularList) {
  const Trained trained(every_part());
  const FoldedUser folded =
      fold_in(trained.basis, 5000, std::vector<Rating>{{5000, 77, 5, 1}, {5000, 78, 4, 2}});
  EXPECT_TRUE(folded.rated.empty());
  for (const auto& entry : trained.list(folded)) EXPECT_TRUE(entry.popular);
}

TEST(FoldIn, AMovieThatNobodyRatedKeepsEverythingFinite) {
  const Trained trained(every_part());
  const FoldedUser folded =
      fold_in(trained.basis, 5000, std::vector<Rating>{{5000, 1117, 5, 1}, {5000, 1001, 4, 2}});
  for (const auto& entry : trained.list(folded, 200)) ASSERT_TRUE(std::isfinite(entry.score));
}

TEST(FoldIn, RulesHoldForFoldedLists) {
  const Trained trained(every_part());
  const ItemFilter filter = trained.recommender.filter({.genres = {"Comedy"}});
  const FoldedUser folded = fold_in(trained.basis, 5000, std::vector<Rating>{{5000, 1003, 5, 1}});
  const auto list = trained.recommender.recommend(folded, {.n = 10, .filter = &filter});
  ASSERT_EQ(list.size(), 10u);
  for (const auto& entry : list) EXPECT_EQ(entry.movie % 4, 1);
}

}  // namespace
}  // namespace marquee
