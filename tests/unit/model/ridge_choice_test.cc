#include "model/ridge_choice.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace marquee {
namespace {

constexpr Part kItemItem[] = {Part::kItemItem};

Status run_in_order(std::size_t count, const std::function<Status(std::size_t)>& fit) {
  for (std::size_t k = 0; k < count; ++k) MARQUEE_TRY(fit(k));
  return {};
}

// Of 600 users: `pairs` pairs out of 150 of rare movies that go together, and as many as make 11
// out of `known` that everybody knows.
RidgeChoice choice_for(std::size_t pairs, std::size_t known) {
  std::mt19937 random(1);
  std::vector<Rating> ratings;
  for (UserId user = 1; user <= 600; ++user) {
    std::set<MovieId> own;
    while (own.size() < 2 * pairs) {
      const auto pair = static_cast<MovieId>(random() % 150);
      own.insert({1000 + 2 * pair, 1001 + 2 * pair});
    }
    while (own.size() < 11) own.insert(static_cast<MovieId>(1 + random() % known));
    for (const MovieId movie : own) ratings.push_back({user, movie, 5});
  }
  const InteractionMatrix matrix = *InteractionMatrix::build(ratings, {});
  PartSet parts{};
  parts[static_cast<std::size_t>(Part::kItemItem)] = true;
  ModelOptions options;
  options.grade_slope = kSmoothGrades;
  std::vector<std::optional<FittedCut>> fitted;
  for (const Cut& cut : make_cuts(matrix, "user", 2).cuts)
    fitted.emplace_back(*FittedCut::fit(cut, {}, options, parts, {}));
  return choose_ridges(fitted, kItemItem, run_in_order)->front();
}

// The pairs show only under a ridge far below the rule's.
TEST(RidgeChoiceTest, GoesOnDownAsLongAsThatPays) {
  const RidgeChoice choice = choice_for(3, 10);
  ASSERT_GT(choice.tries.size(), 3U);
  EXPECT_LE(choice.tries.size(), 5U);
  EXPECT_LE(choice.factor, 0.25);
  EXPECT_EQ(choice.tries[3].factor, 0.25);
  EXPECT_GT(choice.tries[3].ndcg, 1.01 * choice.tries[0].ndcg);
}

// Chance alone has nothing that a weaker ridge would show.
TEST(RidgeChoiceTest, StopsWhereLessRanksNoBetter) {
  const RidgeChoice choice = choice_for(0, 200);
  EXPECT_LE(choice.tries.size(), 4U);
  EXPECT_GE(choice.factor, 0.5);
  for (const RidgeTry& one : choice.tries)
    if (one.factor < choice.factor) {
      const auto chosen = std::ranges::find(choice.tries, choice.factor, &RidgeTry::factor);
      EXPECT_LT(0.99 * one.ndcg, chosen->ndcg) << one.factor;
    }
}

}  // namespace
}  // namespace marquee
