#include "datasets/scores_reader.h"

#include <gtest/gtest.h>

#include "core/durable_file.h"
#include "tests/unit/datasets/temporary_folder.h"

namespace marquee {
namespace {

class ScoresReaderTest : public testing::Test {
 protected:
  Result<std::vector<Score>> read(std::string_view text) {
    const auto path = folder_.path() / "scores.csv";
    EXPECT_TRUE(write_file_durably(path, text));
    return read_scores(path);
  }
  TemporaryFolder folder_;
};

TEST_F(ScoresReaderTest, ReadsTheColumnsInAnyOrder) {
  const auto scores = read("score,user_id,movie_id\n0.25,1,10\n-1e-3,2,10\n");
  ASSERT_TRUE(scores) << scores.error().message();
  EXPECT_EQ(*scores, (std::vector<Score>{{1, 10, 0.25}, {2, 10, -0.001}}));
}

TEST_F(ScoresReaderTest, KeepsWhatADoubleHolds) {
  const auto scores = read("user_id,movie_id,score\n1,10,0.1000000000000001\n1,11,0.1\n");
  ASSERT_TRUE(scores);
  EXPECT_GT((*scores)[0].value, (*scores)[1].value);
}

TEST_F(ScoresReaderTest, RefusesWhatIsNoRankingAndSaysWhere) {
  const struct {
    const char* text;
    const char* where;
  } cases[] = {
      {"", ":1"},
      {"1,10,0.5\n", ":1"},
      {"user_id,movie_id,rating\n1,10,4\n", ":1"},
      {"user_id,movie_id,score\n1,10\n", ":2"},
      {"user_id,movie_id,score\n1,10,0.5,7\n", ":2"},
      {"user_id,movie_id,score\n1,10,0.5\n0,10,0.5\n", ":3"},
      {"user_id,movie_id,score\n1,x,0.5\n", ":2"},
      {"user_id,movie_id,score\n1,10,nan\n", ":2"},
      {"user_id,movie_id,score\n1,10,inf\n", ":2"},
      {"user_id,movie_id,score\n1,10,\n", ":2"},
      {"user_id,movie_id,score\n1,10,0.5x\n", ":2"},
      {"user_id,movie_id,score\n1,10,0.5\n2,10,0.5\n1,10,0.7\n", ":4"},
  };
  for (const auto& one : cases) {
    const auto scores = read(one.text);
    ASSERT_FALSE(scores) << one.text;
    EXPECT_EQ(scores.error().code, ErrorCode::kUnfit) << one.text;
    EXPECT_TRUE(scores.error().where.ends_with(one.where)) << scores.error().where << one.text;
  }
}

TEST_F(ScoresReaderTest, AFileThatIsNotThere) {
  EXPECT_FALSE(read_scores(folder_.path() / "none.csv"));
}

}  // namespace
}  // namespace marquee
