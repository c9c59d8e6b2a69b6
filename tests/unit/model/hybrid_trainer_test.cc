#include "model/hybrid_trainer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "core/durable_file.h"
#include "model/model_file.h"
#include "model/recommender.h"
#include "planted_data.h"

namespace marquee {
namespace {

Config small_config() {
  Config config;
  config.model.item_item_regularization = 20;
  config.model.precomputed_top_n = 20;
  config.model.threads = 2;
  return config;
}

std::shared_ptr<const ModelData> train(const PlantedData& data, const Config& config) {
  auto trained = train_hybrid(data.ratings, data.movies, config.model,
                              {.run_id = "20260301_020000",
                               .config_json = model_entries_json(config),
                               .snapshot_json = "{}",
                               .program = "marquee test"});
  EXPECT_TRUE(trained) << trained.error().message();
  return trained->model;
}

std::string bytes_of(const ModelData& model) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("hybrid_trainer_test." + std::to_string(::getpid()));
  EXPECT_TRUE(write_model(path, model));
  auto bytes = read_file(path);
  std::filesystem::remove(path);
  return *bytes;
}

// The share of the first ten places that hold movies of the user's own genre, over all users.
double own_genre_share(const ModelData& model) {
  double own = 0, all = 0;
  for (std::size_t u = 0; u < model.user_count(); ++u)
    for (std::size_t k = 0; k < 10; ++k) {
      const auto item = model.lists.items[u * static_cast<std::size_t>(model.lists.width) + k];
      own += (model.item_ids[static_cast<std::size_t>(item)] - 1000) % 4 ==
             (model.user_ids[u] - 10) % 4;
      ++all;
    }
  return own / all;
}

class HybridTrainerTest : public testing::Test {
 protected:
  const PlantedData data_ = plant(80, 120, 20);
};

TEST_F(HybridTrainerTest, TheSameInputGivesTheSameBytes) {
  EXPECT_EQ(bytes_of(*train(data_, small_config())), bytes_of(*train(data_, small_config())));
}

TEST_F(HybridTrainerTest, TheOrderOfTheInputChangesNothing) {
  PlantedData shuffled = data_;
  std::shuffle(shuffled.ratings.begin(), shuffled.ratings.end(), std::mt19937(5));
  std::shuffle(shuffled.movies.begin(), shuffled.movies.end(), std::mt19937(6));
  EXPECT_EQ(bytes_of(*train(data_, small_config())), bytes_of(*train(shuffled, small_config())));
}

TEST_F(HybridTrainerTest, ThreadsChangeScoresByTiesAtMost) {
  Config config = small_config();
  const auto two = train(data_, config);
  config.model.threads = 1;
  const auto one = train(data_, config);
  for (std::size_t k = 0; k < one->lists.scores.size(); ++k)
    ASSERT_NEAR(one->lists.scores[k], two->lists.scores[k], 1e-4);
}

TEST_F(HybridTrainerTest, TheFitBesideLearningIsTheOneAfterIt) {
  ModelOptions options;
  options.item_item_regularization = options.latent_regularization = 0;
  options.learn_budget = 1;  // for a few fits, not for ridges
  const auto trained_on = [&](std::int64_t threads) {
    options.threads = threads;
    auto trained = train_hybrid(data_.ratings, data_.movies, options, {});
    EXPECT_TRUE(trained) << trained.error().message();
    return std::move(*trained);
  };
  const auto has_step = [](const TrainedModel& trained, std::string_view name) {
    return std::ranges::find(trained.steps, name, &TrainStep::name) != trained.steps.end();
  };
  const TrainedModel one = trained_on(1), two = trained_on(2);
  ASSERT_TRUE(has_step(two, "learning beside the fit"));
  ASSERT_TRUE(has_step(one, "item-item"));
  EXPECT_NE(one.model->learned_json.find("\"cuts\""), std::string::npos) << one.model->learned_json;
  EXPECT_EQ(bytes_of(*one.model), bytes_of(*two.model));
}

TEST_F(HybridTrainerTest, EveryPersonalPartAloneFindsTheTaste) {
  for (const auto& [cf, share, latent, content] : {std::tuple(1.0, 1.0, 0.0, 0.0),
                                                   {1.0, 0.0, 0.0, 0.0},
                                                   {1.0, 0.0, 1.0, 0.0},
                                                   {0.0, 0.0, 0.0, 1.0}}) {
    Config config = small_config();
    config.model.cf_weight = cf;
    config.model.user_user_share = share;
    config.model.latent_share = latent;
    config.model.content_weight = content;
    config.model.popularity_weight = 0;
    EXPECT_GT(own_genre_share(*train(data_, config)), 0.6)
        << "chance would be a quarter; " << cf << share << latent << content;
  }
}

TEST_F(HybridTrainerTest, SwitchingAnyPartOffChangesLists) {
  const auto with = [&](double cf, double share, double latent, double content, double popular) {
    Config config = small_config();
    config.model.cf_weight = cf;
    config.model.user_user_share = share;
    config.model.latent_share = latent;
    config.model.content_weight = content;
    config.model.popularity_weight = popular;
    return train(data_, config)->lists.items;
  };
  const auto whole = with(0.9, 0.33, 0.5, 0.1, 0.1);
  EXPECT_FALSE(std::ranges::equal(whole, with(0.9, 0, 0.5, 0.1, 0.1)));
  EXPECT_FALSE(std::ranges::equal(whole, with(0.9, 1, 0.5, 0.1, 0.1)));
  EXPECT_FALSE(std::ranges::equal(whole, with(0.9, 0.33, 0, 0.1, 0.1)));
  EXPECT_FALSE(std::ranges::equal(whole, with(0.9, 0.33, 1, 0.1, 0.1)));
  EXPECT_FALSE(std::ranges::equal(whole, with(0.9, 0.33, 0.5, 0, 0.1)));
  EXPECT_FALSE(std::ranges::equal(whole, with(0.9, 0.33, 0.5, 0.1, 0)));
}

TEST_F(HybridTrainerTest, ContentRanksMoviesThatNobodyRated) {
  Config config = small_config();
  config.model.cf_weight = 0;
  config.model.content_weight = 1;
  config.model.popularity_weight = 0;
  config.model.precomputed_top_n = 120;
  const Recommender recommender(train(data_, config));
  for (UserId user = 10; user < 14; ++user) {
    const auto list = recommender.recommend(user, 120);
    const MovieId own_unrated = 1116 + (user - 10) % 4;
    const auto place = std::ranges::find(list, own_unrated, &Recommendation::movie) - list.begin();
    EXPECT_LT(place, 60) << "user " << user << " likes its genre";
  }
}

TEST_F(HybridTrainerTest, ListsAreFullUnratedAndSortedWithTiesByLowerId) {
  const auto model = train(data_, small_config());
  const Recommender recommender(model);
  for (const UserId user : model->user_ids) {
    const auto list = recommender.recommend(user, 20);
    ASSERT_EQ(list.size(), 20u);
    std::set<MovieId> seen;
    for (std::size_t k = 0; k < list.size(); ++k) {
      EXPECT_FALSE(recommender.rating(user, list[k].movie)) << "rated already";
      EXPECT_TRUE(seen.insert(list[k].movie).second);
      const float sum = std::accumulate(list[k].parts.begin(), list[k].parts.end(), 0.0F);
      EXPECT_NEAR(sum, list[k].score, 1e-5);
      if (k == 0) continue;
      EXPECT_TRUE(list[k - 1].score > list[k].score ||
                  (list[k - 1].score == list[k].score && list[k - 1].movie < list[k].movie));
    }
  }
}

TEST_F(HybridTrainerTest, AUserWhoRatedAlmostEverythingGetsTheRest) {
  PlantedData data = data_;
  for (MovieId movie = 1000; movie < 1117; ++movie) data.ratings.push_back({9, movie, 4, 1});
  const Recommender recommender(train(data, small_config()));
  const auto list = recommender.recommend(9, 20);
  EXPECT_EQ(list.size(), 3u);
  EXPECT_EQ(recommender.recommend(9, 50).size(), 3u);
}

TEST_F(HybridTrainerTest, ItStaysFiniteOnHardData) {
  const std::vector<std::vector<Rating>> cases = {
      {{1, 1, 5, 1}},                                            // one rating
      {{1, 1, 5, 1}, {1, 2, 5, 1}, {1, 3, 5, 1}},                // one user
      {{1, 1, 5, 1}, {2, 1, 4, 1}, {3, 1, 3, 1}},                // one movie
      {{1, 1, 3, 1}, {2, 1, 3, 1}, {1, 2, 3, 1}, {2, 2, 3, 1}},  // all alike
      {{1, 1, 0.5, kUnknownTime},
       {2, 1, 0.5, kUnknownTime},
       {2, 2, 0.5, kUnknownTime}}};  // nothing liked
  for (const auto& [similarity, other] :
       {std::pair("cosine", 0.0), {"pearson", 0.0}, {"cosine", -1.0}, {"pearson", -1.0}}) {
    for (const auto& ratings : cases) {
      Config config = small_config();
      config.model.similarity = similarity;
      config.model.other_strength = other;
      config.model.min_common_items = 1;
      const auto model = train({ratings, {}}, config);
      for (const float score : model->lists.scores) ASSERT_TRUE(std::isfinite(score));
      for (const float score : model->popular_scores) ASSERT_TRUE(std::isfinite(score));
      for (const float weight : model->item_item.values) ASSERT_TRUE(std::isfinite(weight));
    }
  }
}

TEST_F(HybridTrainerTest, NoRatingsIsUnfit) {
  const auto trained = train_hybrid({}, data_.movies, ModelOptions{}, {});
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.error().code, ErrorCode::kUnfit);
}

TEST_F(HybridTrainerTest, TheSparsePathServesToo) {
  Config config = small_config();
  config.model.dense_limit = 1;
  const auto trained = train_hybrid(data_.ratings, data_.movies, config.model, {});
  ASSERT_TRUE(trained);
  EXPECT_EQ(trained->item_item_method, "cosine");
  EXPECT_GT(own_genre_share(*trained->model), 0.6);
}

}  // namespace
}  // namespace marquee
