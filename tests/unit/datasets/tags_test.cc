// MovieLens' tags beside the movies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/dataset.h"
#include "tests/unit/datasets/temporary_folder.h"

namespace marquee {
namespace {

using testing::ElementsAre;

class TagsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("ratings.csv", "userId,movieId,rating,timestamp\n1,1,3,4\n");
    folder_.write("movies.csv", "movieId,title,genres\n1,Heat (1995),Crime\n2,Up (2009),Drama\n");
  }
  TemporaryFolder folder_;
};

TEST_F(TagsTest, TheMostGivenComeFirstInLowerCase) {
  folder_.write("tags.csv",
                "userId,movieId,tag,timestamp\n"
                "1,1,heist,1\n2,1,Bank Robbery,2\n3,1,\"Heist\",3\n4,1,Al Pacino,4\n"
                "1,99,of no movie,5\n");
  const auto dataset = read_dataset(folder_.path(), "", {}, {});
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_THAT(dataset->movies[0].tags, ElementsAre("heist", "al pacino", "bank robbery"));
  EXPECT_TRUE(dataset->movies[1].tags.empty());
  EXPECT_EQ(dataset->line_count, 1 + 2 + 5);
}

TEST_F(TagsTest, AreTakenFromBesideAMoviesFile) {
  folder_.write("tags.csv", "userId,movieId,tag,timestamp\n1,2,balloons,1\n");
  const auto dataset =
      read_dataset(folder_.path() / "ratings.csv", folder_.path() / "movies.csv", {}, {});
  ASSERT_TRUE(dataset);
  EXPECT_THAT(dataset->movies[1].tags, ElementsAre("balloons"));
}

TEST_F(TagsTest, BadLinesAreToldWithTheirFile) {
  folder_.write("tags.csv", "userId,movieId,tag,timestamp\n1,x,heist,1\n1,1,,2\n1,1,good,2\n");
  const auto dataset = read_dataset(folder_.path(), "", {.max_bad_share = 1}, {});
  ASSERT_TRUE(dataset);
  ASSERT_EQ(dataset->bad_lines.size(), 2u);
  EXPECT_EQ(dataset->bad_lines[0].file, folder_.path() / "tags.csv");
  EXPECT_EQ(dataset->bad_lines[0].line, 2);
  EXPECT_EQ(dataset->bad_lines[1].line, 3);
  EXPECT_THAT(dataset->movies[0].tags, ElementsAre("good"));
}

TEST_F(TagsTest, AnUnrelatedFileOfThatNameIsToldAsBad) {
  folder_.write("tags.csv", "colour;size\nred;4\n");
  const auto dataset = read_dataset(folder_.path(), "", {.max_bad_share = 1}, {});
  ASSERT_TRUE(dataset);
  ASSERT_EQ(dataset->bad_lines.size(), 1u);
  EXPECT_THAT(dataset->bad_lines[0].reason, testing::HasSubstr("not a tags file"));
}

TEST_F(TagsTest, AnEmptyFileSaysNothing) {
  folder_.write("tags.csv", "");
  const auto dataset = read_dataset(folder_.path(), "", {}, {});
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_EQ(dataset->bad_line_count, 0);
}

}  // namespace
}  // namespace marquee
