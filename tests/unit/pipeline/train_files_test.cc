#include "pipeline/train_files.h"

#include <gtest/gtest.h>

#include <random>

#include "core/durable_file.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

class TrainFilesTest : public testing::Test {
 protected:
  // A header and lines, in the order that `seed` gives; seed 0 keeps them as they are.
  std::filesystem::path write(const std::string& name, const std::string& header,
                              std::vector<std::string> lines, unsigned seed) {
    std::mt19937 random(seed);
    if (seed != 0) std::ranges::shuffle(lines, random);
    std::string text = header + "\n";
    for (const std::string& line : lines) text += line + "\n";
    const auto path = folder_.path() / name;
    EXPECT_TRUE(write_file_durably(path, text));
    return path;
  }

  std::string train(unsigned seed, const std::string& run_id = "", double last_rating = 4) {
    std::vector<std::string> ratings, movies;
    for (int user = 1; user <= 30; ++user)
      for (int movie = 1 + user % 3; movie <= 40; movie += 1 + user % 4)
        ratings.push_back(
            fmt::format("{},{},{},{}", user, movie, 1 + (user + movie) % 5, 1'700'000'000 + user));
    ratings.push_back(fmt::format("31,1,{},1772330400", last_rating));  // 2026-03-01T02:00:00Z
    for (int movie = 1; movie <= 40; ++movie)
      movies.push_back(fmt::format("{0},Movie {0} (1999),Drama|War", movie));
    const FileTraining files{
        write("ratings.csv", "user_id,movie_id,rating,timestamp", ratings, seed),
        write("movies.csv", "movie_id,title,genres", movies, seed),
        folder_.path() / "model.safetensors", run_id};
    const auto report = train_from_files(Config{}, files, {});
    EXPECT_TRUE(report) << report.error().message();
    run_id_ = report ? report->record["run_id"].get<std::string>() : "";
    return read_file(files.model).value_or("");
  }

  TemporaryFolder folder_;
  std::string run_id_;
};

TEST_F(TrainFilesTest, TheOrderOfLinesDoesNotMatter) {
  const std::string bytes = train(0);
  EXPECT_FALSE(bytes.empty());
  EXPECT_EQ(run_id_, "20260301_020000") << "the newest rating names the model";
  EXPECT_TRUE(train(0) == bytes);
  EXPECT_TRUE(train(1) == bytes);
  EXPECT_TRUE(train(2) == bytes);
}

TEST_F(TrainFilesTest, OneRatingMoreOrLessDoes) {
  const std::string bytes = train(0);
  EXPECT_FALSE(train(0, "", 2) == bytes);
}

TEST_F(TrainFilesTest, ARunIdNamesTheModel) {
  const std::string bytes = train(0, "20250101_000000");
  EXPECT_NE(bytes.find("20250101_000000"), std::string::npos);
}

TEST_F(TrainFilesTest, WithoutRatingsItIsUnfit) {
  const auto ratings = write("ratings.csv", "user_id,movie_id,rating,timestamp", {}, 0);
  const auto report = train_from_files(Config{}, {ratings, "", folder_.path() / "model", ""}, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kUnfit);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "model"));
}

}  // namespace
}  // namespace marquee
