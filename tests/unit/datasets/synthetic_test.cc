#include "datasets/synthetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/durable_file.h"
#include "datasets/dataset.h"
#include "tests/unit/datasets/temporary_folder.h"

namespace marquee {
namespace {

using testing::HasSubstr;
using Matrix = std::vector<std::vector<double>>;

class SyntheticTest : public testing::Test {
 protected:
  Dataset make(const SyntheticOptions& options) {
    const auto status = write_synthetic(options, folder_.path());
    EXPECT_TRUE(status) << status.error().message();
    return read_dataset(folder_.path(), "", {.max_bad_share = 0}, {}).value();
  }
  std::uint64_t hash_of(const char* name) {
    const std::string bytes = read_file(folder_.path() / name).value();
    return XXH3_64bits(bytes.data(), bytes.size());
  }
  TemporaryFolder folder_;
};

TEST_F(SyntheticTest, HasExactlyWhatWasAskedForWithoutDuplicates) {
  for (const SyntheticOptions& options :
       {SyntheticOptions{.users = 300, .items = 200, .ratings = 9'000},
        SyntheticOptions{.users = 7, .items = 5, .ratings = 35},
        SyntheticOptions{.users = 100, .items = 3, .ratings = 10},
        SyntheticOptions{.users = 1, .items = 50, .ratings = 49},
        SyntheticOptions{.users = 1, .items = 1, .ratings = 1}}) {
    const Dataset data = make(options);
    EXPECT_EQ(std::ssize(data.ratings), options.ratings);
    EXPECT_EQ(std::ssize(latest_ratings(data.ratings)), options.ratings);
    EXPECT_EQ(std::ssize(data.movies), options.items);
    for (const auto& r : data.ratings) {
      EXPECT_LE(r.rating.user, options.users);
      EXPECT_LE(r.rating.movie, options.items);
      EXPECT_NE(r.rating.time, kUnknownTime);
    }
  }
}

TEST_F(SyntheticTest, TheSameSeedGivesTheSameBytesForever) {
  make({.users = 300, .items = 200, .ratings = 9'000, .seed = 7});
  EXPECT_EQ(hash_of("ratings.csv"), 9411169646755268693u);
  EXPECT_EQ(hash_of("movies.csv"), 8748131339141066051u);
}

TEST_F(SyntheticTest, AnotherSeedGivesAnotherDataSet) {
  make({.seed = 1});
  const auto ratings = hash_of("ratings.csv"), movies = hash_of("movies.csv");
  make({.seed = 2});
  EXPECT_NE(hash_of("ratings.csv"), ratings);
  EXPECT_NE(hash_of("movies.csv"), movies);
}

TEST_F(SyntheticTest, MoviesHaveTitlesYearsAndGenres) {
  std::set<std::string> genres;
  for (const Movie& movie : make({}).movies) {
    EXPECT_GT(movie.title.size(), 7u);
    EXPECT_GE(movie.year, 1900);
    EXPECT_LE(movie.year, 2024);
    EXPECT_FALSE(movie.genres.empty());
    genres.insert(movie.genres.begin(), movie.genres.end());
  }
  EXPECT_GE(genres.size(), 15u);
}

TEST_F(SyntheticTest, PopularityAndActivityHaveLongTails) {
  const Dataset data = make({.users = 2'000, .items = 1'000, .ratings = 60'000});
  std::vector<double> by_movie(1'000), by_user(2'000);
  for (const auto& r : data.ratings) {
    ++by_movie[r.rating.movie - 1];
    ++by_user[r.rating.user - 1];
  }
  std::ranges::sort(by_movie, std::greater());
  std::ranges::sort(by_user, std::greater());
  EXPECT_GT(by_movie[10], 5 * by_movie[500]);
  EXPECT_GT(by_user[20], 5 * by_user[1'000]);
  EXPECT_GE(by_user.back(), 5);
}

TEST_F(SyntheticTest, WhatIsPopularChanges) {
  Dataset data = make({.users = 2'000, .items = 200, .ratings = 40'000});
  std::ranges::sort(data.ratings, {}, [](const FileRating& r) { return r.rating.time; });
  std::vector<double> early(200), late(200);
  const std::size_t quarter = data.ratings.size() / 4;
  for (std::size_t i = 0; i < quarter; ++i) {
    ++early[data.ratings[i].rating.movie - 1];
    ++late[data.ratings[data.ratings.size() - 1 - i].rating.movie - 1];
  }
  double moved = 0;
  for (std::size_t i = 0; i < early.size(); ++i) moved += std::abs(early[i] - late[i]);
  EXPECT_GT(moved / (2.0 * quarter), 0.25);  // of the attention went to other movies
}

// --- Popularity against a plain item–item model on a hold-out, both dense and simple. ---

constexpr float kLiked = 3.5F;

// Every fifth rating of a user is held out, and wanted in the list when it is liked. In training
// liked ones weigh more.
struct HoldOut {
  Matrix train;
  std::vector<std::set<std::size_t>> test;
};

HoldOut hold_out(const Dataset& data, std::size_t users, std::size_t items) {
  HoldOut split{Matrix(users, std::vector<double>(items)),
                std::vector<std::set<std::size_t>>(users)};
  std::vector<int> seen(users);
  for (const auto& r : latest_ratings(data.ratings)) {
    const auto user = static_cast<std::size_t>(r.user - 1),
               item = static_cast<std::size_t>(r.movie - 1);
    const bool held_out = ++seen[user] % 5 == 0;
    if (!held_out)
      split.train[user][item] = r.value >= kLiked ? 1 : 0.3;
    else if (r.value >= kLiked)
      split.test[user].insert(item);
  }
  return split;
}

double ndcg_at_10(const std::vector<double>& scores, const std::vector<double>& seen,
                  const std::set<std::size_t>& relevant) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (seen[i] == 0) order.push_back(i);
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return scores[i]; });
  double gain = 0, ideal = 0;
  for (std::size_t rank = 0; rank < 10; ++rank) {
    if (rank < order.size() && relevant.contains(order[rank])) gain += 1 / std::log2(rank + 2.0);
    if (rank < relevant.size()) ideal += 1 / std::log2(rank + 2.0);
  }
  return gain / ideal;
}

Matrix item_cosines(const Matrix& train) {
  const std::size_t items = train.front().size();
  Matrix cosines(items, std::vector<double>(items));
  for (const auto& row : train)
    for (std::size_t i = 0; i < items; ++i)
      if (row[i] != 0)
        for (std::size_t j = 0; j < items; ++j) cosines[i][j] += row[i] * row[j];
  std::vector<double> squares(items);
  for (std::size_t i = 0; i < items; ++i) squares[i] = std::max(1e-9, cosines[i][i]);
  for (std::size_t i = 0; i < items; ++i)
    for (std::size_t j = 0; j < items; ++j)
      cosines[i][j] = i == j ? 0 : cosines[i][j] / std::sqrt(squares[i] * squares[j]);
  return cosines;
}

// The mean NDCG@10 of lists scored by score(row of train).
template <typename Score>
double mean_ndcg(const HoldOut& split, Score&& score) {
  double sum = 0;
  int users = 0;
  for (std::size_t u = 0; u < split.train.size(); ++u) {
    if (split.test[u].empty()) continue;
    sum += ndcg_at_10(score(split.train[u]), split.train[u], split.test[u]);
    ++users;
  }
  return sum / users;
}

TEST_F(SyntheticTest, ACollaborativeModelRanksClearlyBetterThanPopularity) {
  constexpr std::size_t kUsers = 800, kItems = 300;
  const HoldOut split = hold_out(
      make({.users = kUsers, .items = kItems, .ratings = 24'000, .seed = 3}), kUsers, kItems);
  std::vector<double> popularity(kItems);
  for (const auto& row : split.train)
    for (std::size_t i = 0; i < kItems; ++i) popularity[i] += row[i] != 0;
  const Matrix cosines = item_cosines(split.train);

  const double popular = mean_ndcg(split, [&](const auto&) { return popularity; });
  const double collaborative = mean_ndcg(split, [&](const std::vector<double>& row) {
    std::vector<double> scores(kItems);
    for (std::size_t i = 0; i < kItems; ++i)
      if (row[i] != 0)
        for (std::size_t j = 0; j < kItems; ++j) scores[j] += row[i] * cosines[i][j];
    return scores;
  });
  EXPECT_GT(popular, 0.05);
  EXPECT_GT(collaborative, 1.3 * popular) << "popularity " << popular;
}

class ImpossibleRequest : public testing::TestWithParam<SyntheticOptions> {};

TEST_P(ImpossibleRequest, IsRefusedAndWritesNothing) {
  const TemporaryFolder folder;
  const auto status = write_synthetic(GetParam(), folder.path() / "out");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUsage);
  EXPECT_FALSE(status.error().mend.empty());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
}

INSTANTIATE_TEST_SUITE_P(
    All, ImpossibleRequest,
    testing::Values(SyntheticOptions{.users = 0, .items = 5, .ratings = 5},
                    SyntheticOptions{.users = 5, .items = 0, .ratings = 5},
                    SyntheticOptions{.users = 5, .items = 5, .ratings = 0},
                    SyntheticOptions{.users = 5, .items = 5, .ratings = 26},
                    SyntheticOptions{.users = -1, .items = 5, .ratings = 5},
                    SyntheticOptions{.users = INT64_MAX, .items = INT64_MAX, .ratings = 5}));

TEST_F(SyntheticTest, AFolderThatCannotBeMadeIsTold) {
  const auto blocked = folder_.write("file", "x");
  const auto status = write_synthetic({}, blocked / "out");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_THAT(status.error().where, HasSubstr("file/out"));
}

}  // namespace
}  // namespace marquee
