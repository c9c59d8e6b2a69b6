// Movies files of every kind, good and bad, from data/movies_cases.txt.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/dataset.h"
#include "tests/unit/datasets/case_file.h"
#include "tests/unit/datasets/temporary_folder.h"

namespace marquee {
namespace {

using testing::HasSubstr;

std::string written(const Movie& m) {
  return fmt::format("{}|{}|{}|{}|{}", m.id, m.title, m.year, fmt::join(m.genres, ","),
                     fmt::join(m.tags, ","));
}

class MoviesCase : public testing::TestWithParam<FileCase> {};

TEST_P(MoviesCase, IsReadAsWanted) {
  const TemporaryFolder folder;
  const auto ratings = folder.write("ratings", "user_id,movie_id,rating\n1,1,3\n");
  const auto file = folder.write("movies", GetParam().bytes);
  const auto dataset = read_dataset(ratings, file, {.max_bad_share = 1}, {});

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

  std::vector<std::string> movies;
  for (const auto& movie : dataset->movies) movies.push_back(written(movie));
  EXPECT_EQ(movies, wanted_of(GetParam(), "movie"));

  const auto bad = wanted_of(GetParam(), "bad");
  ASSERT_EQ(dataset->bad_lines.size(), bad.size());
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const auto [line, text] = cut_told(bad[i]);
    EXPECT_EQ(dataset->bad_lines[i].file, file);
    EXPECT_EQ(std::to_string(dataset->bad_lines[i].line), line);
    EXPECT_THAT(dataset->bad_lines[i].reason, HasSubstr(text));
  }
}

INSTANTIATE_TEST_SUITE_P(Files, MoviesCase,
                         testing::ValuesIn(read_cases(MARQUEE_TEST_DATA "/movies_cases.txt")));

TEST(MoviesFile, WithTooManyBadLinesIsRefusedHoweverManyGoodRatingsThereAre) {
  std::string ratings = "user_id,movie_id,rating\n";
  for (int i = 1; i <= 1000; ++i) ratings += fmt::format("{},1,3\n", i);
  const TemporaryFolder folder;
  const auto ratings_file = folder.write("r.csv", ratings);
  const auto movies_file = folder.write("m.csv", "movie_id,title\n1,A\nx,B\n");
  const auto refused = read_dataset(ratings_file, movies_file, {.max_bad_share = 0.05}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnfit);
  EXPECT_EQ(refused.error().where, movies_file.string() + ":3");
}

}  // namespace
}  // namespace marquee
