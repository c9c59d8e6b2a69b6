// marquee features get, through the program.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "store/rating_store.h"
#include "tests/unit/cli/run_program.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

class FeaturesCommandTest : public testing::Test {
 protected:
  FeaturesCommandTest() {
    auto store = RatingStore::open(folder_.path(), sqlite::Access::kReadWrite);
    auto writer = store->write();
    const auto apply = [&](const Rating& rating, std::int64_t offset) {
      EXPECT_TRUE(writer->apply(rating, {SourceKind::kStream, "events", 0, offset}));
    };
    apply({123, 456, 4, kMicrosPerSecond}, 0);
    apply({123, 457, 2, kUnknownTime}, 1);
    EXPECT_TRUE(writer->commit());
  }
  Outcome features(const std::string& arguments, Streams streams = Streams::kBoth) const {
    return run_program("features " + arguments + " --data-dir " + folder_.path().string(), streams);
  }
  TemporaryFolder folder_;
};

TEST_F(FeaturesCommandTest, PrintsAUserAndAMovie) {
  const Outcome user = features("get user 123 --json", Streams::kOutput);
  EXPECT_EQ(user.code, 0);
  EXPECT_EQ(nlohmann::json::parse(user.out),
            (nlohmann::json{{"user_id", 123},
                            {"avg_rating", 3.0},
                            {"rating_count", 2},
                            {"std_dev", 1.0},
                            {"last_update", "1970-01-01T00:00:01Z"}}));
  const Outcome movie = features("get movie 457", Streams::kOutput);
  EXPECT_EQ(movie.code, 0);
  EXPECT_TRUE(has(movie, "avg_rating: 2.0\n")) << movie.out;
  EXPECT_TRUE(has(movie, "last_update: unknown\n")) << movie.out;
}

TEST_F(FeaturesCommandTest, SaysThatThereIsNone) {
  const Outcome outcome = features("get movie 1");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(has(outcome, "no features of movie 1")) << outcome.out;
}

TEST_F(FeaturesCommandTest, RefusesWhatIsNoEntity) {
  EXPECT_EQ(features("get actor 1").code, 2);
  EXPECT_EQ(features("get user 0").code, 2);
  EXPECT_EQ(features("get user").code, 2);
}

TEST_F(FeaturesCommandTest, WithoutCredentialsItSaysWhatToSet) {
  const Outcome outcome = features("get user 1 --set storage.mode=aws");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(has(outcome, "AWS_ACCESS_KEY_ID")) << outcome.out;
}

}  // namespace
}  // namespace marquee
