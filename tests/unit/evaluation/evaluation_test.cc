#include "evaluation/evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "evaluation/evaluation_report.h"
#include "model/hybrid_trainer.h"
#include "tests/unit/model/planted_data.h"

namespace marquee {
namespace {

constexpr auto kNdcg = static_cast<std::size_t>(Metric::kNdcg);

Config small_config() {
  Config config;
  config.model.item_item_regularization = 20;
  config.model.validation = "user";
  config.model.threads = 2;
  config.evaluation.bootstrap_samples = 200;
  return config;
}

Rivals against_production(const Config& config) {
  return {.production = Rival{"production", config}, .other = std::nullopt};
}

class EvaluationTest : public testing::Test {
 protected:
  std::shared_ptr<const ModelData> fit(std::span<const Rating> ratings) const {
    return train_hybrid(ratings, data_.movies, config_.model, {})->model;
  }
  const PlantedData data_ = plant(120, 150, 30);
  const Config config_ = small_config();
  const Split split_ = *split_ratings(data_.ratings, "user", {});
};

TEST_F(EvaluationTest, RefusesAModelThatHasSeenTheTest) {
  const auto leaky = fit(data_.ratings);
  const auto refused = evaluate_model(*leaky, split_, config_.evaluation);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnfit);

  auto one_leak = split_.train;
  one_leak.push_back(split_.test.front());
  EXPECT_FALSE(evaluate_model(*fit(one_leak), split_, config_.evaluation)) << "one is enough";
  EXPECT_TRUE(evaluate_model(*fit(split_.train), split_, config_.evaluation));
}

// Popularity computed again from scratch: counts, sorted, seen movies left out, NDCG by its
// definition.
TEST_F(EvaluationTest, PopularityComesOutExact) {
  std::map<MovieId, int> counts;
  std::map<UserId, std::set<MovieId>> seen, liked;
  for (const Movie& movie : data_.movies) counts[movie.id] = 0;
  for (const Rating& r : split_.train) {
    ++counts[r.movie];
    seen[r.user].insert(r.movie);
  }
  for (const Rating& r : split_.test)
    if (r.value >= 3.5) liked[r.user].insert(r.movie);
  std::vector<std::pair<int, MovieId>> order;
  for (const auto& [movie, count] : counts) order.emplace_back(-count, movie);
  std::ranges::sort(order);
  double sum = 0;
  std::set<MovieId> shown;
  for (const auto& [user, movies] : seen) {
    double gain = 0, ideal = 0;
    int place = 0;
    for (const auto& [count, movie] : order) {
      if (movies.contains(movie)) continue;
      if (++place > 10) break;
      shown.insert(movie);
      if (liked[user].contains(movie)) gain += 1 / std::log2(place + 1);
    }
    for (int k = 1; k <= std::min<int>(10, static_cast<int>(liked[user].size())); ++k)
      ideal += 1 / std::log2(k + 1);
    sum += ideal > 0 ? gain / ideal : 0;
  }
  const auto users =
      std::ranges::count_if(liked, [](const auto& entry) { return !entry.second.empty(); });
  const auto model = fit(split_.train);
  const Evaluation popularity =
      evaluate_ranking(rank_by_count(*model), *model, split_, config_.evaluation);
  EXPECT_EQ(popularity.outcomes.size(), static_cast<std::size_t>(users));
  EXPECT_NEAR(popularity.figures[kNdcg][1].mean, sum / static_cast<double>(users), 1e-12);
  EXPECT_NEAR(popularity.lists.coverage, static_cast<double>(shown.size()) / 150, 1e-12);
}

TEST_F(EvaluationTest, ListQualityIsThatOfTheDefinitions) {
  const auto model = fit(split_.train);
  // Three users' lists: two the same, one apart.
  std::vector<std::vector<std::int32_t>> lists(3);
  for (std::int32_t k = 0; k < 10; ++k) {
    lists[0].push_back(k);
    lists[1].push_back(k);
    lists[2].push_back(k + 20);
  }
  const ListQuality quality = measure_lists(lists, *model);
  EXPECT_NEAR(quality.coverage, 20.0 / 150, 1e-12);
  EXPECT_NEAR(quality.user_diversity, 2.0 / 3, 1e-12)
      << "of three pairs one shares all, two share nothing";
  // 130 movies are never shown, ten once, ten twice.
  double weighted = 0;
  for (int k = 131; k <= 150; ++k) weighted += (2.0 * k - 151) * (k <= 140 ? 1 : 2);
  EXPECT_NEAR(quality.gini, weighted / (150 * 30), 1e-12);
  EXPECT_GT(quality.intra_list_diversity, 0);
  EXPECT_LT(quality.intra_list_diversity, 1);
}

// Segments by counting: thirds of users hold all users, the likes of all thirds are the likes of
// movies that the model knows.
TEST_F(EvaluationTest, SegmentsAddUpToTheWhole) {
  const auto model = fit(split_.train);
  const auto evaluation = evaluate_model(*model, split_, config_.evaluation);
  ASSERT_TRUE(evaluation);
  double users = 0, ndcg = 0;
  for (const ActivitySegment& third : evaluation->segments.by_activity) {
    EXPECT_NEAR(static_cast<double>(third.users),
                static_cast<double>(evaluation->outcomes.size()) / 3, 1);
    users += static_cast<double>(third.users);
    ndcg += static_cast<double>(third.users) * third.ndcg_at_10;
  }
  EXPECT_NEAR(ndcg / users, evaluation->figures[kNdcg][1].mean, 1e-12);
  std::size_t movies = 0, liked = 0;
  for (const PopularitySegment& third : evaluation->segments.by_popularity) {
    movies += third.movies;
    liked += third.liked;
    EXPECT_LE(third.recall_at_20, 1);
  }
  EXPECT_EQ(movies, model->item_count());
  EXPECT_EQ(liked, static_cast<std::size_t>(std::ranges::count_if(
                       split_.test, [](const Rating& r) { return r.value >= 3.5; })));
  EXPECT_GT(evaluation->segments.by_popularity[0].movies,
            evaluation->segments.by_popularity[2].movies);
}

TEST_F(EvaluationTest, ThePlantedTasteBeatsPopularity) {
  const auto report = evaluate_candidate(data_.ratings, data_.movies, config_, {});
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_GT(report->candidate.figures[kNdcg][1].low, report->popularity.figures[kNdcg][1].high);
  EXPECT_TRUE(report->gate.passed) << to_text(*report);
  EXPECT_EQ(report->train_ratings + report->test_ratings, data_.ratings.size());
}

TEST_F(EvaluationTest, TheSameConfigurationAsProductionIsAsGood) {
  const auto report =
      evaluate_candidate(data_.ratings, data_.movies, config_, against_production(config_));
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->production->same_configuration);
  EXPECT_EQ(report->production->comparison.ndcg().mean, 0);
  EXPECT_EQ(report->production->comparison.effect, Effect::kNone);
  EXPECT_TRUE(report->gate.passed);
}

TEST_F(EvaluationTest, AWorseCandidateIsRefused) {
  Config worse = config_;
  worse.model.cf_weight = 0;
  worse.model.content_weight = 1;
  worse.model.popularity_weight = 0;
  worse.model.similarity = "pearson";
  const auto against = evaluate_candidate(
      data_.ratings, {}, worse, against_production(config_));  // no catalogue: nothing to go by
  ASSERT_TRUE(against);
  EXPECT_FALSE(against->production->same_configuration);
  EXPECT_LT(against->production->comparison.ndcg().high, 0);
  EXPECT_EQ(against->production->comparison.effect, Effect::kWorse);
  EXPECT_FALSE(against->gate.passed);
}

TEST_F(EvaluationTest, TheReportIsJsonAndText) {
  const auto report =
      evaluate_candidate(data_.ratings, data_.movies, config_, against_production(config_));
  ASSERT_TRUE(report);
  const nlohmann::json json = to_json(*report);
  for (const char* key :
       {"precision@5", "recall@10", "f1@20", "ndcg@10", "hit_rate@10", "map@5", "mrr@20"})
    EXPECT_TRUE(json["candidate"][key].contains("low")) << key;
  for (const char* key :
       {"coverage@10", "intra_list_diversity@10", "user_diversity@10", "novelty@10", "gini@10"})
    EXPECT_TRUE(json["candidate"][key].is_number()) << key;
  for (const auto& third : json["candidate"]["by_activity"])
    EXPECT_GT(third["users"], 0) << "users, most_ratings and ndcg@10 of a third: " << third;
  for (const auto& third : json["candidate"]["by_popularity"])
    EXPECT_GT(third["movies"], 0) << "movies, liked and recall@20 of a third: " << third;
  EXPECT_EQ(json["folds"], 1);
  EXPECT_EQ(json["gate"]["rules"].size(), 5u);
  for (const char* words : {"ndcg@10", "production", "popularity", "pass", "may be deployed",
                            "users with up to", "rare movies", "Gini"})
    EXPECT_NE(to_text(*report).find(words), std::string::npos) << words;
}

// Against any other model, production or not: its configuration is fitted on the same part.
TEST_F(EvaluationTest, ComparesWithAnyOtherModel) {
  Config worse = config_;
  worse.model.cf_weight = 0;
  worse.model.content_weight = 0;
  worse.model.popularity_weight = 1;
  const auto report = evaluate_candidate(
      data_.ratings, data_.movies, config_,
      {.production = Rival{"production", config_}, .other = Rival{"old", worse}});
  ASSERT_TRUE(report) << report.error().message();
  ASSERT_TRUE(report->other);
  const Comparison& comparison = report->other->comparison;
  EXPECT_EQ(comparison.effect, Effect::kBetter);
  EXPECT_EQ(comparison.users, report->candidate.outcomes.size());
  EXPECT_NEAR(
      comparison.ndcg().mean,
      report->candidate.figures[kNdcg][1].mean - report->other->evaluation.figures[kNdcg][1].mean,
      1e-12);
  EXPECT_EQ(to_json(*report)["against"]["comparison"]["verdict"], "better");
  EXPECT_EQ(to_json(*report)["against"]["model"], "old");
  EXPECT_NE(to_text(*report).find("verdict: better"), std::string::npos);
  EXPECT_EQ(report->gate.rules.size(), 5u) << "the gate looks at production alone";
}

TEST_F(EvaluationTest, FoldsJudgeEveryRatingOnceAndRepeat) {
  Config folds = config_;
  folds.evaluation.folds = 3;
  folds.model.learn = false;
  const auto report = evaluate_candidate(data_.ratings, data_.movies, folds, {});
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->folds, 3);
  EXPECT_EQ(report->test_ratings, data_.ratings.size()) << "every user has enough ratings";
  std::size_t liked = 0;
  for (const auto& third : report->candidate.segments.by_popularity) liked += third.liked;
  EXPECT_EQ(liked, static_cast<std::size_t>(std::ranges::count_if(
                       data_.ratings, [](const Rating& r) { return r.value >= 3.5; })));
  const auto again = evaluate_candidate(data_.ratings, data_.movies, folds, {});
  EXPECT_EQ(to_json(*report), to_json(*again));
  folds.evaluation.seed = 43;
  const auto other = evaluate_candidate(data_.ratings, data_.movies, folds, {});
  EXPECT_NE(to_json(*report)["candidate"], to_json(*other)["candidate"]);
}

}  // namespace
}  // namespace marquee
