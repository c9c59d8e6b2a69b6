#include "model/item_filter.h"

#include <gtest/gtest.h>

#include <set>

#include "model/hybrid_trainer.h"
#include "model/recommender.h"
#include "planted_data.h"

namespace marquee {
namespace {

// Movie 1200 has no genre and no year, 1201 has two genres.
PlantedData data_with_gaps() {
  PlantedData data = plant(60, 120, 20);
  data.movies.push_back({.id = 1200, .title = "Nameless", .genres = {}, .year = 0, .tags = {}});
  data.movies.push_back(
      {.id = 1201, .title = "Both", .genres = {"Drama", "Horror"}, .year = 2001, .tags = {}});
  return data;
}

class ItemFilterTest : public testing::Test {
 protected:
  static constexpr UserId kUser = 12;

  static std::shared_ptr<const ModelData> make() {
    const PlantedData data = data_with_gaps();
    ModelOptions options;
    options.item_item_regularization = 20;
    options.precomputed_top_n = 10;
    return train_hybrid(data.ratings, data.movies, options, {})->model;
  }
  bool allows(const ListRules& rules, MovieId movie) const {
    const auto ids = model_->item_ids.span();
    const auto item = std::ranges::find(ids, movie) - ids.begin();
    return recommender_.filter(rules).allows(static_cast<std::int32_t>(item));
  }
  std::vector<MovieId> list(const ListRequest& request, UserId user = kUser) const {
    std::vector<MovieId> movies;
    for (const auto& entry : recommender_.recommend(user, request)) movies.push_back(entry.movie);
    return movies;
  }
  // The whole ranking, then cut: what any list under conditions must equal.
  std::vector<MovieId> slow_list(const ListRequest& request, UserId user = kUser) const {
    std::vector<MovieId> movies;
    const int all = static_cast<int>(model_->item_count());
    for (const MovieId movie :
         list({.n = all, .include_rated = request.include_rated, .filter = nullptr}, user)) {
      const auto ids = model_->item_ids.span();
      const auto item =
          static_cast<std::int32_t>(std::ranges::lower_bound(ids, movie) - ids.begin());
      if (request.filter->allows(item) && movies.size() < static_cast<std::size_t>(request.n))
        movies.push_back(movie);
    }
    return movies;
  }

  const std::shared_ptr<const ModelData> model_ = make();
  const Recommender recommender_{model_};
};

TEST_F(ItemFilterTest, AnExcludedMovieIsOutAndAnUnknownIdChangesNothing) {
  EXPECT_FALSE(allows({.exclude = {1201, 1003, 99}}, 1003));
  EXPECT_TRUE(allows({.exclude = {1201, 1003, 99}}, 1004));
  EXPECT_TRUE(recommender_.filter({}).allows_everything());
}

TEST_F(ItemFilterTest, GenresAreComparedWithoutCase) {
  const ListRules drama{.genres = {"dRAMA"}};
  EXPECT_TRUE(allows(drama, 1000));
  EXPECT_FALSE(allows(drama, 1001));
  EXPECT_TRUE(allows(drama, 1201)) << "one of two is enough";
  EXPECT_FALSE(allows({.exclude_genres = {"horror"}}, 1201)) << "one of two is too much";
  EXPECT_FALSE(allows({.genres = {"Drama"}, .exclude_genres = {"Horror"}}, 1201));
}

TEST_F(ItemFilterTest, WhatTheCatalogueLacksCountsAgainstWhereItIsAskedFor) {
  EXPECT_FALSE(allows({.genres = {"Drama"}}, 1200));
  EXPECT_TRUE(allows({.exclude_genres = {"Drama"}}, 1200));
  EXPECT_FALSE(allows({.min_year = 1900}, 1200));
  EXPECT_TRUE(allows({.min_year = 2001}, 1201));
  EXPECT_FALSE(allows({.min_year = 2002}, 1201));
}

TEST_F(ItemFilterTest, UnknownGenresAreNamedAndAllowNothing) {
  const ListRules rules{.genres = {"Musical"}, .exclude_genres = {"Noir"}};
  EXPECT_EQ(recommender_.unknown_genres(rules), (std::vector<std::string>{"Musical", "Noir"}));
  EXPECT_FALSE(allows(rules, 1000));
  EXPECT_TRUE(allows({.exclude_genres = {"Noir"}}, 1000));
}

TEST_F(ItemFilterTest, AFilterHoldsWithinAnother) {
  const ItemFilter outer = recommender_.filter({.exclude = {1000}});
  const ItemFilter inner = recommender_.filter({.genres = {"Drama"}}, &outer);
  EXPECT_FALSE(inner.allows(0));
  EXPECT_FALSE(inner.allows(1));
  EXPECT_TRUE(inner.allows(4));
}

TEST_F(ItemFilterTest, ListsUnderConditionsAreTheWholeRankingCut) {
  for (const ListRules& rules :
       {ListRules{.genres = {"Western"}}, ListRules{.exclude_genres = {"Drama", "Comedy"}},
        ListRules{.min_year = 2005}, ListRules{.exclude = {1000, 1001, 1002, 1003, 1004, 1005}}}) {
    const ItemFilter filter = recommender_.filter(rules);
    for (const UserId user : {UserId{10}, UserId{11}, kUser, UserId{13}, UserId{999}})
      for (const int n : {1, 5, 10, 25, 200})
        for (const bool rated : {false, true}) {
          const ListRequest request{n, rated, &filter};
          EXPECT_EQ(list(request, user), slow_list(request, user)) << user << " " << n;
        }
  }
}

TEST_F(ItemFilterTest, AListIsFullWhereThePrecomputedOneIsTooShort) {
  const ItemFilter western = recommender_.filter({.genres = {"Western"}});
  const auto movies = list({.n = 20, .filter = &western});
  EXPECT_EQ(movies.size(), 20u) << "30 westerns, of which the user has rated few";
  for (const MovieId movie : movies) EXPECT_EQ(movie % 4, 3);
}

TEST_F(ItemFilterTest, RatedMoviesComeInWhenAskedFor) {
  const auto with = list({.n = 130, .include_rated = true, .filter = nullptr});
  EXPECT_EQ(with.size(), model_->item_count());
  EXPECT_EQ(std::set<MovieId>(with.begin(), with.end()).size(), with.size());
  const auto without = list({.n = 130});
  const auto rated = recommender_.summary(kUser)->rating_count;
  EXPECT_EQ(without.size(), with.size() - static_cast<std::size_t>(rated));
}

TEST_F(ItemFilterTest, SimilarMoviesObeyIt) {
  const auto all = recommender_.similar(1000, 5);
  const ItemFilter filter = recommender_.filter({.exclude = {all[0].movie}});
  const auto fewer = recommender_.similar(1000, 5, &filter);
  ASSERT_EQ(fewer.size(), 5u);
  EXPECT_EQ(fewer[0].movie, all[1].movie);
}

}  // namespace
}  // namespace marquee
