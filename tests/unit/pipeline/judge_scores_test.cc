#include "pipeline/judge_scores.h"

#include <gtest/gtest.h>

#include "core/durable_file.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

class JudgeScoresTest : public testing::Test {
 protected:
  Result<TaskReport> judge(std::string_view scores, std::string_view test) {
    const ScoredFiles files{folder_.path() / "scores.csv", folder_.path() / "test.csv"};
    EXPECT_TRUE(write_file_durably(files.scores, scores));
    EXPECT_TRUE(write_file_durably(files.test, test));
    return judge_scores(Config{}, files);
  }
  TemporaryFolder folder_;
};

// User 1: 20 stands before 10 by score, and 10 before 30 by id: the like of 10 is at the second
// place. User 2 has no scores. User 3 likes nothing.
TEST_F(JudgeScoresTest, IsWhatAPersonWorksOut) {
  const auto report = judge("user_id,movie_id,score\n1,30,0.5\n1,10,0.5\n1,20,0.9\n3,10,1\n",
                            "user_id,movie_id,rating\n1,10,4\n2,10,5\n3,10,2\n");
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->record["users_evaluated"], 2);
  EXPECT_NEAR(report->record["ndcg@10"]["mean"].get<double>(), 0.5 / std::log2(3), 1e-15);
  EXPECT_NEAR(report->record["mrr@5"]["mean"].get<double>(), 0.25, 1e-15);
  EXPECT_NEAR(report->record["recall@20"]["mean"].get<double>(), 0.5, 1e-15);
  EXPECT_NE(report->text.find("2 users judged"), std::string::npos);
}

TEST_F(JudgeScoresTest, WithoutLikesThereIsNothingToSay) {
  const auto report =
      judge("user_id,movie_id,score\n1,30,0.5\n", "user_id,movie_id,rating\n1,30,2\n");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kUnfit);
}

}  // namespace
}  // namespace marquee
