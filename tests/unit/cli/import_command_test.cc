// marquee generate and import, through the program.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "store/rating_store.h"
#include "tests/unit/cli/run_program.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

class ImportCommandTest : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(write_file_durably(file(name), text));
    return file(name);
  }
  Outcome import(const std::string& arguments, Streams streams = Streams::kBoth) const {
    return run_program("import --data-dir " + file("data") + " " + arguments, streams);
  }
  nlohmann::json import_json(const std::string& arguments) const {
    return nlohmann::json::parse(import(arguments + " --json", Streams::kOutput).out, nullptr,
                                 false);
  }
  std::int64_t stored_ratings() const {
    auto store = RatingStore::open(file("data"), sqlite::Access::kReadWrite);
    return store->snapshot()->rating_count;
  }

  TemporaryFolder folder_;
};

TEST_F(ImportCommandTest, TheSameFileTwiceChangesNothing) {
  ASSERT_EQ(run_program("generate --users 50 --items 40 --ratings 600 --out " + file("set")).code,
            0);
  const auto first = import_json("--ratings " + file("set"));
  EXPECT_EQ(first["ratings_read"], 600);
  EXPECT_EQ(first["ratings_changed"], 600);
  EXPECT_EQ(first["movies_changed"], 40);
  EXPECT_EQ(first["lines"], 640);
  const auto second = import_json("--ratings " + file("set"));
  EXPECT_EQ(second["ratings_read"], 600);
  EXPECT_EQ(second["ratings_changed"], 0);
  EXPECT_EQ(second["movies_changed"], 0);
  EXPECT_EQ(stored_ratings(), 600);
}

TEST_F(ImportCommandTest, TheLatestOfSeveralRatingsIsStoredWhateverTheOrderOfLines) {
  const auto ratings = write("r.csv",
                             "user_id,movie_id,rating,timestamp\n"
                             "1,1,5,300\n1,1,2,100\n1,2,1,\n1,2,4,\n");
  ASSERT_EQ(import("--ratings " + ratings).code, 0);
  auto store = RatingStore::open(file("data"), sqlite::Access::kReadWrite);
  const auto stored = store->read_ratings(*store->snapshot());
  ASSERT_TRUE(stored);
  EXPECT_EQ(*stored,
            (std::vector<Rating>{{1, 1, 5, 300 * kMicrosPerSecond}, {1, 2, 4, kUnknownTime}}));
}

TEST_F(ImportCommandTest, BadLinesAreToldAndKeptOut) {
  const auto ratings = write("r.csv", "user_id,movie_id,rating\n1,1,3\n1,2,9\n");
  const auto outcome = import("--set import.max_bad_share=0.5 --ratings " + ratings);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(has(outcome, "1 of 2 lines were bad")) << outcome.out;
  EXPECT_TRUE(has(outcome, ratings + ":3: rating '9' is not from 0.5 to 5")) << outcome.out;
  EXPECT_EQ(stored_ratings(), 1);
}

TEST_F(ImportCommandTest, TooManyBadLinesStopItBeforeAnythingIsMade) {
  const auto ratings = write("r.csv", "user_id,movie_id,rating\n1,1,3\n1,2,9\n");
  const auto outcome = import("--ratings " + ratings);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_TRUE(has(outcome, ratings + ":3")) << outcome.out;
  EXPECT_FALSE(fs::exists(file("data")));
}

TEST_F(ImportCommandTest, KilledAtAnyMomentTheStoreHasAllOrNothing) {
  constexpr int kRatings = 60'000;
  ASSERT_EQ(run_program(fmt::format("generate --users 900 --items 400 --ratings {} --out {}",
                                    kRatings, file("set")))
                .code,
            0);
  int killed = 0;
  for (int milliseconds = 20; milliseconds <= 320; milliseconds += 30) {
    const std::string command =
        fmt::format("timeout -s KILL {} {} import -q --data-dir {} --ratings {} >{} 2>&1",
                    milliseconds / 1000.0, MARQUEE_BINARY, file("data"), file("set"), file("log"));
    killed += std::system(command.c_str()) != 0;
    const auto stored = stored_ratings();
    EXPECT_TRUE(stored == 0 || stored == kRatings) << stored << " after " << milliseconds << " ms";
    fs::remove_all(file("data"));
  }
  EXPECT_GT(killed, 0);
}

TEST_F(ImportCommandTest, GeneratingTwiceGivesTheSameBytes) {
  const std::string arguments = "generate --users 20 --items 10 --ratings 100 --seed 5 --out ";
  ASSERT_EQ(run_program(arguments + file("a")).code, 0);
  ASSERT_EQ(run_program(arguments + file("b")).code, 0);
  for (const std::string name : {"/ratings.csv", "/movies.csv"})
    EXPECT_EQ(read_file(file("a") + name).value(), read_file(file("b") + name).value());
}

TEST_F(ImportCommandTest, AnImpossibleDataSetIsWrongUsage) {
  const auto outcome = run_program("generate --users 2 --items 2 --ratings 5 --out " + file("a"));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(has(outcome, "at most 4")) << outcome.out;
  EXPECT_FALSE(fs::exists(file("a")));
}

}  // namespace
}  // namespace marquee
