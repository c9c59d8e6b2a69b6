#include "ingest/consumer_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

using testing::HasSubstr;

TEST(ConsumerLock, ConsumersRunSideBySideButNotWhileTheyAreKeptAway) {
  TemporaryFolder folder;
  const auto data_dir = folder.path() / "new";
  {
    const auto one = begin_to_consume(data_dir), another = begin_to_consume(data_dir);
    ASSERT_TRUE(one && another);
    const auto refused = keep_consumers_away(data_dir);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(refused.error().message(), HasSubstr("stop marquee consume"));
  }
  const auto alone = keep_consumers_away(data_dir);
  ASSERT_TRUE(alone);
  EXPECT_THAT(begin_to_consume(data_dir).error().message(), HasSubstr("forget"));
}

}  // namespace
}  // namespace marquee
