// What must hold of a whole model whatever the data: names mean nothing, nor does the unit of time,
// and no single user and no burst of accounts moves everybody's lists.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "model/hybrid_trainer.h"
#include "model/recommender.h"
#include "model/validation_cuts.h"
#include "planted_data.h"

namespace marquee {
namespace {

constexpr TimeMicros kHour = 3'600 * kMicrosPerSecond;

class ModelPropertiesTest : public testing::Test {
 protected:
  static PlantedData planted(int users) { return plant_over_time(users, 120, 30); }
  static std::shared_ptr<const ModelData> train(const PlantedData& data,
                                                ModelOptions options = {}) {
    options.precomputed_top_n = 20;
    options.latent_factors = 16;
    options.threads = 2;
    auto trained = train_hybrid(data.ratings, data.movies, options, {});
    EXPECT_TRUE(trained) << trained.error().message();
    return trained->model;
  }
  static double ndcg_at_10(const Recommender& recommender,
                           const std::map<UserId, std::set<MovieId>>& liked) {
    double sum = 0;
    for (const auto& [user, movies] : liked) {
      double gain = 0, ideal = 0;
      const auto list = recommender.recommend(user, 10);
      for (std::size_t k = 0; k < list.size(); ++k)
        if (movies.contains(list[k].movie)) gain += 1 / std::log2(static_cast<double>(k) + 2);
      for (std::size_t k = 0; k < std::min<std::size_t>(10, movies.size()); ++k)
        ideal += 1 / std::log2(static_cast<double>(k) + 2);
      sum += gain / ideal;
    }
    return sum / static_cast<double>(liked.size());
  }
  // Of what the users of the one have in their first ten places, how much they have in the other's.
  static double share_kept(const std::shared_ptr<const ModelData>& one,
                           const std::shared_ptr<const ModelData>& other) {
    const Recommender a(one), b(other);
    double kept = 0, all = 0;
    for (const UserId user : one->user_ids) {
      std::set<MovieId> before;
      for (const auto& entry : a.recommend(user, 10)) before.insert(entry.movie);
      for (const auto& entry : b.recommend(user, 10)) kept += before.contains(entry.movie);
      all += 10;
    }
    return kept / all;
  }
  const PlantedData data_ = planted(150);
};

TEST_F(ModelPropertiesTest, SettingsAreLearnedAndTold) {
  const auto model = train(data_);
  const auto learned = nlohmann::json::parse(model->learned_json);
  EXPECT_EQ(learned["validation"], "time") << learned.dump();
  EXPECT_GE(learned["users"], 20);
  EXPECT_FALSE(learned["curve"].empty());
  EXPECT_EQ(learned["settings"]["model.cf_weight"], model->options.cf_weight);
  EXPECT_GT(model->options.item_item_regularization, 0);
}

TEST_F(ModelPropertiesTest, OtherNamesChangeNothingButNames) {
  PlantedData renamed = data_;
  const auto user_of = [](UserId id) { return 100'000 - 3 * id; };
  const auto movie_of = [](MovieId id) { return 70'000 - 5 * id; };
  for (Rating& rating : renamed.ratings) {
    rating.user = user_of(rating.user);
    rating.movie = movie_of(rating.movie);
  }
  for (Movie& movie : renamed.movies) movie.id = movie_of(movie.id);
  const Recommender a(train(data_)), b(train(renamed));
  EXPECT_EQ(a.data().options.cf_weight, b.data().options.cf_weight);
  EXPECT_EQ(a.data().options.popularity_weight, b.data().options.popularity_weight);
  double shared = 0, users = 0;
  for (const UserId user : a.data().user_ids) {
    std::map<MovieId, float> scores;
    for (const auto& entry : b.recommend(user_of(user), 20)) scores[entry.movie] = entry.score;
    for (const auto& entry : a.recommend(user, 20))
      if (const auto found = scores.find(movie_of(entry.movie)); found != scores.end()) {
        ++shared;
        EXPECT_NEAR(found->second, entry.score, 2e-2);
      }
    users += 20;
  }
  EXPECT_GT(shared / users, 0.98) << "but for sums in another order, and ties";
}

TEST_F(ModelPropertiesTest, TheUnitAndOriginOfTimeChangeNothing) {
  PlantedData moved = data_;
  for (Rating& rating : moved.ratings) rating.time = 3 * rating.time + 1'000'000 * kHour;
  const auto a = train(data_), b = train(moved);
  EXPECT_TRUE(std::ranges::equal(a->lists.items, b->lists.items));
  EXPECT_NEAR(
      3 * a->options.popularity_half_life, b->options.popularity_half_life,
      a->options.popularity_half_life * 1e-6 + (a->options.popularity_half_life >= 1e9 ? 3e9 : 0));
}

// The start of the latent part is drawn from the ratings as they are written, so it is another one.
TEST_F(ModelPropertiesTest, TheScaleOfRatingsLeavesListsAsTheyAre) {
  PlantedData doubled = data_;  // 0.5 to 5 in halves becomes 1 to 10
  for (Rating& rating : doubled.ratings) rating.value *= 2;
  ModelOptions options, doubled_options;
  options.learn = doubled_options.learn = false;
  doubled_options.min_rating_threshold *= 2;
  EXPECT_GT(share_kept(train(data_, options), train(doubled, doubled_options)), 0.95);
  options.latent_share = doubled_options.latent_share = 0;
  const auto a = train(data_, options), b = train(doubled, doubled_options);
  EXPECT_TRUE(std::ranges::equal(a->lists.items, b->lists.items));
  EXPECT_TRUE(std::ranges::equal(a->item_item.values, b->item_item.values));
}

// It only takes part in each part's mean and deviation. Learning may settle on another of settings
// that are as good.
TEST_F(ModelPropertiesTest, AMovieThatNobodyKnowsLeavesListsNearlyAsTheyAre) {
  PlantedData more = data_;
  more.movies.push_back({.id = 90'000, .title = "", .genres = {}, .year = 0, .tags = {}});
  ModelOptions by_rule;
  by_rule.learn = false;
  EXPECT_GT(share_kept(train(data_, by_rule), train(more, by_rule)), 0.999);
  EXPECT_GT(share_kept(train(data_), train(more)), 0.8);
}

TEST_F(ModelPropertiesTest, AUserWithTenThousandRatingsLeavesTheOthersTheirs) {
  constexpr UserId kHeavy = 5;
  PlantedData more = data_;
  const TimeMicros newest = std::ranges::max(more.ratings, {}, &Rating::time).time;
  for (int k = 0; k < 10'000; ++k) {
    const MovieId movie = k < 60 ? 1000 + k : 200'000 + k;  // mostly what nobody else has
    if (k >= 60)
      more.movies.push_back({.id = movie, .title = "", .genres = {}, .year = 0, .tags = {}});
    more.ratings.push_back(
        {kHeavy, movie, 0.5F + 0.5F * static_cast<float>(k % 10), newest - k * kMicrosPerSecond});
  }
  const auto model = train(more);
  for (const float score : model->lists.scores) ASSERT_TRUE(std::isfinite(score));
  const Recommender recommender(model);
  const auto list = recommender.recommend(kHeavy, 20);
  EXPECT_EQ(list.size(), 20U);
  for (const auto& entry : list) EXPECT_GE(entry.movie, 1060);
  EXPECT_GT(share_kept(train(data_), model), 0.8);
}

TEST_F(ModelPropertiesTest, AHundredEventsOfOneUserLeaveTheOthersTheirs) {
  const PlantedData data = planted(500);
  const auto split = make_cuts(*InteractionMatrix::build(data.ratings, data.movies), "user", 1);
  PlantedData quiet{split.cuts[0].past, data.movies};
  PlantedData busy = quiet;
  std::map<UserId, std::set<MovieId>> liked;
  for (const Rating& rating : split.cuts[0].later)
    if (rating.value >= 3.5F && rating.user != 10) liked[rating.user].insert(rating.movie);
  const TimeMicros newest = std::ranges::max(busy.ratings, {}, &Rating::time).time;
  for (int k = 0; k < 100; ++k)
    busy.ratings.push_back(
        {10, 1000 + k, static_cast<float>(1 + k % 5), newest + k * kMicrosPerSecond});
  const double before = ndcg_at_10(Recommender(train(quiet)), liked);
  const double after = ndcg_at_10(Recommender(train(busy)), liked);
  EXPECT_GT(before, 0.1);
  EXPECT_NEAR(after / before, 1, 0.01);
}

// docs/model.md states this share.
TEST_F(ModelPropertiesTest, ABurstOfFakeAccountsDoesNotFillLists) {
  PlantedData burst = data_;
  const TimeMicros newest = std::ranges::max(burst.ratings, {}, &Rating::time).time;
  constexpr MovieId kPushed = 1119;      // nobody has rated it before
  for (int fake = 0; fake < 15; ++fake)  // a tenth of the users
    burst.ratings.push_back({50'000 + fake, kPushed, 5, newest + fake * kMicrosPerSecond});
  for (const double trend : {-1.0, 0.4}) {  // learned, and what lifts new movies most
    ModelOptions options;
    options.popularity_trend = trend;
    const Recommender recommender(train(burst, options));
    double shown = 0;
    for (const UserId user : recommender.data().user_ids) {
      if (user >= 50'000) continue;
      for (const auto& entry : recommender.recommend(user, 10)) shown += entry.movie == kPushed;
    }
    EXPECT_LE(shown / 150, 0.1) << "popularity_trend " << trend;
  }
}

}  // namespace
}  // namespace marquee
