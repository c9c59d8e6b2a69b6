#include "registry/model_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/unit/registry/small_model.h"

namespace marquee {
namespace {

using testing::HasSubstr;
using testing::Not;

LoadedModel loaded(const SmallModel& wanted) {
  return {.data = train_small(wanted),
          .version = "hybrid_model_" + wanted.run_id,
          .checksum = {},
          .size = 0};
}

SmallModel old_model() {
  return {.run_id = "old", .ratings = {}, .more_movies = {}};
}

// User 1 had rated movie 30 (with 4.5) but not movie 10; user 99 and movie 999 are new.
SmallModel new_model() {
  return {
      .run_id = "new",
      .ratings = {{.user = 1, .movie = 10, .value = 5, .time = 9'000'000},
                  {.user = 1, .movie = 30, .value = 1, .time = 9'000'001},
                  {.user = 99, .movie = 10, .value = 4, .time = 9'000'002}},
      .more_movies = {{.id = 999, .title = "New \x1b Movie", .genres = {}, .year = 0, .tags = {}}}};
}

const UserDiff::Place* place_of(const UserDiff& diff, MovieId movie) {
  const auto found = std::ranges::find(diff.places, movie, &UserDiff::Place::movie);
  return found == diff.places.end() ? nullptr : &*found;
}

TEST(ModelDiff, FindsNothingBetweenTheSame) {
  const ModelDiff diff = diff_models(loaded(old_model()), loaded(old_model()), 5);
  EXPECT_TRUE(diff.settings.empty());
  EXPECT_EQ(diff.ratings_added + diff.ratings_removed + diff.ratings_changed, 0);
  EXPECT_EQ(diff.users_compared, 12);
  EXPECT_EQ(diff.lists_changed, 0);
  EXPECT_EQ(diff.mean_overlap_at_10, 1);
  EXPECT_TRUE(diff.most_changed.empty());
  EXPECT_THAT(to_text(diff), HasSubstr("no list changed"));
}

TEST(ModelDiff, CountsWhatTheDataGainedAndLost) {
  const LoadedModel before = loaded(old_model()), after = loaded(new_model());
  ASSERT_TRUE(Recommender(before.data).rating(1, 30)) << "the test needs it rated";
  ASSERT_FALSE(Recommender(before.data).rating(1, 10)) << "the test needs it not rated";

  const ModelDiff forth = diff_models(before, after, 5);
  EXPECT_EQ(forth.ratings_added, 2);
  EXPECT_EQ(forth.ratings_changed, 1);
  EXPECT_EQ(forth.ratings_removed, 0);
  EXPECT_EQ(forth.users_added, 1);
  EXPECT_EQ(forth.movies_added, 1);
  EXPECT_EQ(forth.ratings_after, forth.ratings_before + 2);
  EXPECT_EQ(forth.users_with_news, 1);
  EXPECT_EQ(forth.lists_changed_by_news, 1);
  EXPECT_THAT(to_text(forth), HasSubstr("the data differ"));

  const ModelDiff back = diff_models(after, before, 5);
  EXPECT_EQ(back.ratings_removed, 2);
  EXPECT_EQ(back.ratings_changed, 1);
  EXPECT_EQ(back.users_removed, 1);
  EXPECT_EQ(back.movies_removed, 1);
}

TEST(ModelDiff, NamesTheSettingsThatDiffer) {
  SmallModel other = old_model();
  other.n_neighbors = 2;
  const ModelDiff diff = diff_models(loaded(old_model()), loaded(other), 5);
  ASSERT_EQ(diff.settings.size(), 1u);
  EXPECT_EQ(diff.settings[0].key, "model.n_neighbors");
  EXPECT_EQ(diff.settings[0].before, "5");
  EXPECT_EQ(diff.settings[0].after, "2");
  EXPECT_EQ(to_json(diff)["settings"]["model.n_neighbors"]["after"], "2");
}

TEST(ModelDiff, ShowsAUsersListsSideBySide) {
  const LoadedModel before = loaded(old_model()), after = loaded(new_model());
  const Recommender old_lists(before.data), new_lists(after.data);
  const UserDiff diff = diff_user(old_lists, new_lists, 1, 20);
  EXPECT_TRUE(diff.known_before && diff.known_after);

  const UserDiff::Place* rated = place_of(diff, 10);
  ASSERT_NE(rated, nullptr);
  EXPECT_GT(rated->before, 0);
  EXPECT_EQ(rated->after, 0);
  EXPECT_EQ(rated->reason, "rated by now");
  const UserDiff::Place* added = place_of(diff, 999);
  ASSERT_NE(added, nullptr);
  EXPECT_EQ(added->before, 0);
  EXPECT_EQ(added->reason, "a new movie");

  const auto list = new_lists.recommend(1, 20);
  for (std::size_t i = 0; i < list.size(); ++i)
    EXPECT_EQ(place_of(diff, list[i].movie)->after, static_cast<int>(i) + 1);
  ASSERT_EQ(diff.ratings.size(), 2u);
  EXPECT_EQ(diff.ratings[0].change.before, std::nullopt);
  EXPECT_EQ(diff.ratings[0].change.after, 5.0F);
  EXPECT_EQ(diff.ratings[1].change.before, 4.5F);
  EXPECT_EQ(diff.ratings[1].change.after, 1.0F);
  EXPECT_EQ(diff.ratings[1].title, "Movie 3");
  EXPECT_NEAR(std::accumulate(diff.share_after.begin(), diff.share_after.end(), 0.0), 1, 1e-6);

  const std::string text = to_text(diff);
  EXPECT_THAT(text, HasSubstr("rated by now"));
  EXPECT_THAT(text, HasSubstr("Movie 3"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "a title must not speak to the terminal";
  EXPECT_EQ(to_json(diff)["ratings"][0]["before"], nullptr);
}

TEST(ModelDiff, SaysWhenAModelDoesNotKnowTheUser) {
  const LoadedModel before = loaded(old_model()), after = loaded(new_model());
  const UserDiff diff = diff_user(Recommender(before.data), Recommender(after.data), 99, 5);
  EXPECT_FALSE(diff.known_before);
  EXPECT_THAT(to_text(diff), HasSubstr("The model before does not know this user"));
  EXPECT_EQ(diff.share_before[0], 0);
}

}  // namespace
}  // namespace marquee
