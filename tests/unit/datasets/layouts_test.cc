// The same data set in every layout under data/layouts, as a folder, as single files and as a zip.
#include <gtest/gtest.h>
#include <zip.h>

#include "datasets/dataset.h"
#include "tests/unit/datasets/temporary_folder.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr TimeMicros kSecond = kMicrosPerSecond;

// What all of them hold.
const std::vector<Rating> kRatings = {
    {1, 1, 4, 881250949 * kSecond}, {1, 3, 5, 891042377 * kSecond}, {2, 1, 3, kUnknownTime},
    {2, 2, 1, 891350008 * kSecond}, {3, 3, 2, kUnknownTime},        {1, 1, 5, 881250950 * kSecond}};
const std::vector<Movie> kMovies = {
    {1, "Toy Story (1995)", {"Animation", "Children's", "Comedy"}, 1995, {}},
    {2, "Misérables, Les (1995)", {"Drama", "Musical"}, 1995, {}},
    {3, "Sliding Doors (1998)", {}, 1998, {}}};

struct Layout {
  const char* name;  // and its folder
  const char* ratings;
  const char* movies;
  friend void PrintTo(const Layout& layout, std::ostream* out) { *out << layout.name; }
};

class LayoutTest : public testing::TestWithParam<Layout> {
 protected:
  fs::path folder() const { return fs::path(MARQUEE_TEST_DATA) / "layouts" / GetParam().name; }

  static void expect_the_data(const Result<Dataset>& dataset) {
    ASSERT_TRUE(dataset) << dataset.error().message();
    EXPECT_EQ(dataset->layout, GetParam().name);
    std::vector<Rating> ratings;
    for (const auto& rating : dataset->ratings) ratings.push_back(rating.rating);
    EXPECT_EQ(ratings, kRatings);
    EXPECT_EQ(dataset->movies, kMovies);
    EXPECT_EQ(dataset->line_count, 9);
    EXPECT_EQ(dataset->bad_line_count, 0);
    EXPECT_EQ(dataset->content_hash.size(), 16u);
  }
};

TEST_P(LayoutTest, IsRecognisedInAFolder) {
  expect_the_data(read_dataset(folder(), "", {}, {}));
}

TEST_P(LayoutTest, IsRecognisedInSingleFiles) {
  expect_the_data(
      read_dataset(folder() / GetParam().ratings, folder() / GetParam().movies, {}, {}));
}

TEST_P(LayoutTest, IsRecognisedUnderOtherNames) {
  const TemporaryFolder other;
  fs::copy(folder() / GetParam().ratings, other.path() / "a.txt");
  fs::copy(folder() / GetParam().movies, other.path() / "b.txt");
  expect_the_data(read_dataset(other.path() / "a.txt", other.path() / "b.txt", {}, {}));
}

TEST_P(LayoutTest, IsRecognisedInAZipWithATopFolder) {
  const TemporaryFolder other;
  const fs::path archive = other.path() / "data.zip";
  zip_t* zip = zip_open(archive.c_str(), ZIP_CREATE, nullptr);
  ASSERT_NE(zip, nullptr);
  for (const std::string file : {GetParam().ratings, GetParam().movies}) {
    zip_source_t* source = zip_source_file(zip, (folder() / file).c_str(), 0, -1);
    ASSERT_GE(zip_file_add(zip, ("top/" + file).c_str(), source, 0), 0);
  }
  ASSERT_EQ(zip_close(zip), 0);
  expect_the_data(read_dataset(archive, "", {}, {}));
  const auto folder_hash = read_dataset(folder(), "", {}, {})->content_hash;
  EXPECT_EQ(read_dataset(archive, archive, {}, {})->content_hash, folder_hash);
}

INSTANTIATE_TEST_SUITE_P(All, LayoutTest,
                         testing::Values(Layout{"csv", "ratings.csv", "movies.csv"},
                                         Layout{"movielens-csv", "ratings.csv", "movies.csv"},
                                         Layout{"movielens-100k", "u.data", "u.item"},
                                         Layout{"movielens-dat", "ratings.dat", "movies.dat"},
                                         Layout{"recbole", "ml.inter", "ml.item"}),
                         [](const auto& info) {
                           std::string name = info.param.name;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace marquee
