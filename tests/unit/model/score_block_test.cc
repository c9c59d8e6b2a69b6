// Lists that were computed by blocks against the scorer that takes one user at a time.
#include "model/score_block.h"

#include <gtest/gtest.h>

#include "model/hybrid_trainer.h"
#include "planted_data.h"

namespace marquee {
namespace {

std::shared_ptr<const ModelData> train(int users, std::int64_t threads, double content = 0.3) {
  const PlantedData data = plant(users, 90, 15);
  ModelOptions options;
  options.item_item_regularization = 20;
  options.precomputed_top_n = 25;
  options.threads = threads;
  options.cf_weight = 0.9;
  options.user_user_share = 0.3;
  options.latent_share = 0.5;
  options.content_weight = content;
  options.popularity_weight = 0.1;
  return train_hybrid(data.ratings, data.movies, options, {})->model;
}

// The numbers of users: one, a block but one, a block, one more, several and a rest.
class ScoreBlockTest : public testing::TestWithParam<int> {};

TEST_P(ScoreBlockTest, RawScoresAreThoseOfOneUserAtATime) {
  const auto model = train(GetParam(), 2);
  ScoreBlock block(*model);
  Scorer by_block(*model), by_user(*model);
  for (std::size_t first = 0; first < model->user_count(); first += ScoreBlock::kUsers) {
    const std::size_t count = std::min(ScoreBlock::kUsers, model->user_count() - first);
    block.compute(first, count);
    for (std::size_t k = 0; k < count; ++k) {
      by_block.score(view_of(*model, first + k), block.of(k));
      by_user.score(first + k);
      for (std::size_t i = 0; i < model->item_count(); ++i)
        for (int p = 0; p < kPartCount; ++p)
          ASSERT_NEAR(by_block.part(i, p), by_user.part(i, p), 1e-4) << first + k << " " << i;
    }
  }
}

TEST_P(ScoreBlockTest, ListsAreThoseOfOneUserAtATimeButForTies) {
  const auto model = train(GetParam(), 2);
  const auto width = static_cast<std::size_t>(model->lists.width);
  Scorer scorer(*model);
  for (std::size_t u = 0; u < model->user_count(); ++u) {
    scorer.score(u);
    const auto best = scorer.best(width);
    for (std::size_t k = 0; k < best.size(); ++k) {
      const auto listed = static_cast<std::size_t>(model->lists.items[u * width + k]);
      ASSERT_NEAR(scorer.total(listed), scorer.total(static_cast<std::size_t>(best[k])), 1e-4);
      ASSERT_NEAR(model->lists.scores[u * width + k], scorer.total(listed), 1e-4);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Users, ScoreBlockTest, testing::Values(1, 63, 64, 65, 150));

TEST(ScoreBlock, ThreadsChangeNothingInTheLists) {
  const auto model = train(150, 2);
  ModelData one = *model;
  one.options.threads = 1;
  const TopLists lists = precompute_lists(one);
  EXPECT_TRUE(std::ranges::equal(lists.items, model->lists.items));
  EXPECT_TRUE(std::ranges::equal(lists.scores, model->lists.scores));
}

TEST(ScoreBlock, PartsThatAreOffTakeNoMemory) {
  const auto model = train(20, 1, 0);
  ScoreBlock block(*model);
  block.compute(0, 1);
  EXPECT_TRUE(block.of(0).content.empty());
  EXPECT_EQ(block.of(0).latent.size(), model->item_count());
}

}  // namespace
}  // namespace marquee
