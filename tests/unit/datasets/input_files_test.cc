// Which files a path stands for, and what is said when it stands for none or for several.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/dataset.h"
#include "tests/unit/datasets/temporary_folder.h"

namespace marquee {
namespace {

using testing::HasSubstr;

constexpr const char* kRatings = "user_id,movie_id,rating\n1,1,3\n";
constexpr const char* kMovies = "movie_id,title\n1,A\n";

class InputFilesTest : public testing::Test {
 protected:
  Result<Dataset> read(const std::filesystem::path& ratings,
                       const std::filesystem::path& movies = {}) {
    return read_dataset(ratings, movies, {}, {});
  }
  void expect_refused(const Result<Dataset>& dataset, ErrorCode code, const std::string& text) {
    ASSERT_FALSE(dataset);
    EXPECT_EQ(dataset.error().code, code);
    EXPECT_THAT(dataset.error().message(), HasSubstr(text));
  }
  TemporaryFolder folder_;
};

TEST_F(InputFilesTest, AMissingPathIsNotFound) {
  expect_refused(read(folder_.path() / "none.csv"), ErrorCode::kNotFound, "none.csv");
  const auto ratings = folder_.write("ratings.csv", kRatings);
  expect_refused(read(ratings, folder_.path() / "gone.csv"), ErrorCode::kNotFound, "--movies");
}

TEST_F(InputFilesTest, AFolderWithoutKnownFilesSaysWhichAreKnown) {
  folder_.write("notes.txt", "x");
  expect_refused(read(folder_.path()), ErrorCode::kNotFound, "u.data");
}

TEST_F(InputFilesTest, AFolderWithSeveralRatingsFilesNamesThem) {
  folder_.write("ratings.csv", kRatings);
  folder_.write("a.inter", "user_id:token\n");
  expect_refused(read(folder_.path()), ErrorCode::kUsage, "a.inter, ratings.csv");
}

TEST_F(InputFilesTest, TheFileOnTopGoesBeforeOneInAFolder) {
  folder_.write("ratings.csv", kRatings);
  folder_.write("old/ratings.csv", "user_id,movie_id,rating\n7,7,3\n");
  const auto dataset = read(folder_.path());
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_EQ(dataset->ratings.front().rating.user, 1);
}

TEST_F(InputFilesTest, HiddenFilesAreNotLookedAt) {
  folder_.write(".cache/ratings.csv", kRatings);
  folder_.write("__MACOSX/ratings.csv", kRatings);
  expect_refused(read(folder_.path()), ErrorCode::kNotFound, "ratings.csv");
}

TEST_F(InputFilesTest, MoviesBesideASingleRatingsFileAreNotTakenUnasked) {
  const auto ratings = folder_.write("ratings.csv", kRatings);
  folder_.write("movies.csv", kMovies);
  EXPECT_TRUE(read(ratings)->movies.empty());
  EXPECT_EQ(read(folder_.path())->movies.size(), 1u);
}

TEST_F(InputFilesTest, MoviesMayComeFromAnotherFolder) {
  const auto ratings = folder_.write("a/ratings.csv", kRatings);
  folder_.write("b/movies.csv", kMovies);
  const auto dataset = read(ratings, folder_.path() / "b");
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_EQ(dataset->movies.size(), 1u);
}

TEST_F(InputFilesTest, ABrokenZipIsCorrupt) {
  expect_refused(read(folder_.write("a.zip", "not a zip")), ErrorCode::kCorrupt, "a.zip");
  expect_refused(read(folder_.write("cut", "PK\x03\x04 and then nothing")), ErrorCode::kCorrupt,
                 "cut");
}

TEST_F(InputFilesTest, TheHashIsOfTheRatingsAlone) {
  const auto ratings = folder_.write("ratings.csv", kRatings);
  const auto movies = folder_.write("movies.csv", kMovies);
  const auto other = folder_.write("other.csv", "user_id,movie_id,rating\n1,1,4\n");
  EXPECT_EQ(read(ratings)->content_hash, read(ratings, movies)->content_hash);
  EXPECT_NE(read(ratings)->content_hash, read(other)->content_hash);
}

}  // namespace
}  // namespace marquee
