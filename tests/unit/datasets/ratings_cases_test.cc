// Ratings files of every kind, good and bad, from data/ratings_cases.txt.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/dataset.h"
#include "tests/unit/datasets/case_file.h"
#include "tests/unit/datasets/temporary_folder.h"

namespace marquee {
namespace {

using testing::HasSubstr;

std::string written(const FileRating& r) {
  const std::string time = r.rating.time == kUnknownTime
                               ? "?"
                               : fmt::format("{}", static_cast<double>(r.rating.time) / 1e6);
  return fmt::format("{} {} {} {} @{}", r.rating.user, r.rating.movie, r.rating.value, time,
                     r.line);
}

class RatingsCase : public testing::TestWithParam<FileCase> {};

TEST_P(RatingsCase, IsReadAsWanted) {
  const TemporaryFolder folder;
  const auto file = folder.write("ratings", GetParam().bytes);
  const auto dataset = read_dataset(file, "", {.max_bad_share = 1}, {});

  const auto errors = wanted_of(GetParam(), "error");
  if (!errors.empty()) {
    ASSERT_FALSE(dataset);
    const auto [code, text] = cut_told(errors.front());
    EXPECT_EQ(name_of(dataset.error().code), code);
    EXPECT_THAT(dataset.error().message(), HasSubstr(text));
    EXPECT_THAT(dataset.error().where, HasSubstr(file.string()));
    return;
  }
  ASSERT_TRUE(dataset) << dataset.error().message();

  std::vector<std::string> ratings;
  for (const auto& rating : dataset->ratings) ratings.push_back(written(rating));
  EXPECT_EQ(ratings, wanted_of(GetParam(), "rating"));

  const auto bad = wanted_of(GetParam(), "bad");
  ASSERT_EQ(dataset->bad_lines.size(), bad.size());
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const auto [line, text] = cut_told(bad[i]);
    EXPECT_EQ(dataset->bad_lines[i].file, file);
    EXPECT_EQ(std::to_string(dataset->bad_lines[i].line), line);
    EXPECT_THAT(dataset->bad_lines[i].reason, HasSubstr(text));
  }
  EXPECT_EQ(dataset->bad_line_count, std::ssize(bad));
  EXPECT_EQ(dataset->line_count, std::ssize(bad) + std::ssize(ratings));
}

INSTANTIATE_TEST_SUITE_P(Files, RatingsCase,
                         testing::ValuesIn(read_cases(MARQUEE_TEST_DATA "/ratings_cases.txt")));

TEST(RatingsFile, KeepsTheFirstHundredBadLinesAndCountsAll) {
  std::string text = "user_id,movie_id,rating\n1,1,3\n";
  for (int i = 0; i < 150; ++i) text += "x,1,3\n";
  const TemporaryFolder folder;
  const auto dataset = read_dataset(folder.write("r.csv", text), "", {.max_bad_share = 1}, {});
  ASSERT_TRUE(dataset);
  EXPECT_EQ(dataset->bad_lines.size(), 100u);
  EXPECT_EQ(dataset->bad_line_count, 150);
  EXPECT_EQ(dataset->line_count, 151);
}

std::string with_bad_lines(int good, int bad) {
  std::string text = "user_id,movie_id,rating\n";
  for (int i = 0; i < good; ++i) text += fmt::format("{},1,3\n", i + 1);
  for (int i = 0; i < bad; ++i) text += "x,1,3\n";
  return text;
}

TEST(RatingsFile, IsTakenUpToTheShareOfBadLinesAndRefusedAboveIt) {
  const TemporaryFolder folder;
  const auto at_limit = folder.write("limit.csv", with_bad_lines(95, 5));
  const auto above = folder.write("above.csv", with_bad_lines(94, 6));
  EXPECT_TRUE(read_dataset(at_limit, "", {.max_bad_share = 0.05}, {}));
  const auto refused = read_dataset(above, "", {.max_bad_share = 0.05}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnfit);
  EXPECT_THAT(refused.error().what, HasSubstr("6 of 100 lines"));
  EXPECT_THAT(refused.error().what, HasSubstr("line 96: user id 'x'"));
  EXPECT_EQ(refused.error().where, above.string() + ":96");
  EXPECT_THAT(refused.error().mend, HasSubstr("import.max_bad_share"));
}

TEST(RatingsFile, TheBoundsOfARatingAreConfigured) {
  const TemporaryFolder folder;
  const auto file = folder.write("r.csv", "user_id,movie_id,rating\n1,1,0\n1,2,10\n1,3,11\n");
  const auto dataset =
      read_dataset(file, "", {.max_bad_share = 1}, {.min_rating = 0, .max_rating = 10});
  ASSERT_TRUE(dataset);
  EXPECT_EQ(dataset->ratings.size(), 2u);
  EXPECT_EQ(dataset->bad_line_count, 1);
}

TEST(RatingsFile, ManyOpenQuotesDoNotTakeForever) {
  std::string text = "user_id,movie_id,rating,timestamp\n";
  for (int i = 0; i < 20'000; ++i) text += "1,2,3,\"x\"y\n";
  text += "1,2,3,4\n";
  const TemporaryFolder folder;
  const auto dataset = read_dataset(folder.write("r.csv", text), "", {.max_bad_share = 1}, {});
  ASSERT_TRUE(dataset);
  EXPECT_EQ(dataset->bad_line_count, 20'000);
  EXPECT_EQ(dataset->ratings.size(), 1u);
}

}  // namespace
}  // namespace marquee
