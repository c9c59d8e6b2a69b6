#include "evaluation/segments.h"

#include <gtest/gtest.h>

#include "model/interaction_matrix.h"

namespace marquee {
namespace {

// Three users with 1, 2 and 3 ratings of movies 10 (3 ratings), 20 (2) and 30 (1).
ModelData small_model() {
  ModelData model;
  model.user_ids = std::vector<std::int64_t>{1, 2, 3};
  model.item_ids = std::vector<std::int64_t>{10, 20, 30};
  model.ratings.offsets = std::vector<std::int64_t>{0, 1, 3, 6};
  model.ratings.columns = std::vector<std::int32_t>{0, 0, 1, 0, 1, 2};
  model.ratings.values = std::vector<float>(6, 4);
  return model;
}

// By hand: the rarest movies that hold the first two of six ratings are 30 and (from the second
// rating on) 20; 10 begins at the fourth rating, in the middle third.
TEST(Segments, AreThoseOfTheDefinitions) {
  std::vector<UserOutcome> outcomes = {{1, {}}, {2, {}}, {3, {}}};
  for (std::size_t k = 0; k < 3; ++k)
    outcomes[k].figures[static_cast<std::size_t>(Metric::kNdcg)][1] =
        0.1 * static_cast<double>(k + 1);
  const std::vector<Rating> test = {
      {1, 20, 4, 0}, {1, 30, 5, 0}, {1, 10, 3, 0}, {2, 10, 4, 0}, {3, 77, 5, 0}};
  const auto list_of = [](UserId user) {
    return user == 1 ? std::vector<MovieId>{20} : std::vector<MovieId>{10};
  };
  const Segments segments = measure_segments(outcomes, test, 3.5, list_of, small_model());
  for (std::size_t third = 0; third < 3; ++third) {
    EXPECT_EQ(segments.by_activity[third].users, 1u);
    EXPECT_EQ(segments.by_activity[third].most_ratings, static_cast<std::int64_t>(third) + 1);
    EXPECT_NEAR(segments.by_activity[third].ndcg_at_10, 0.1 * static_cast<double>(third + 1),
                1e-15);
  }
  EXPECT_EQ(segments.by_popularity[0].movies, 2u);
  EXPECT_EQ(segments.by_popularity[0].liked, 2u);
  EXPECT_NEAR(segments.by_popularity[0].recall_at_20, 0.5, 1e-15) << "20 was shown, 30 was not";
  EXPECT_EQ(segments.by_popularity[1].movies, 1u);
  EXPECT_EQ(segments.by_popularity[1].liked, 1u) << "3 is no like";
  EXPECT_NEAR(segments.by_popularity[1].recall_at_20, 1, 1e-15);
  EXPECT_EQ(segments.by_popularity[2].movies, 0u) << "too few movies for three thirds";
}

TEST(Segments, OfNobodyAreEmpty) {
  const Segments segments =
      measure_segments({}, {}, 3.5, [](UserId) { return std::vector<MovieId>{}; }, small_model());
  EXPECT_EQ(segments.by_activity[0].users, 0u);
  EXPECT_EQ(segments.by_popularity[0].liked, 0u);
  EXPECT_EQ(segments.by_popularity[0].recall_at_20, 0);
}

}  // namespace
}  // namespace marquee
