#include "lake/silver_features.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/lake/read_parquet.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

const SilverOptions kBulk{.layout = "bulk"};
const SilverOptions kPerEntity{.layout = "per-entity"};

const std::vector<UserFeatures> kUsers = {{7, 3.5, 2, 1.5, 1'000'000}, {2, 3.0, 1, 0.0}};
const std::vector<MovieFeatures> kMovies = {{456, 4.5, 2, 1.0986, 2'000'000}};

class SilverFeaturesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "silver_features_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    data_dir_ = pattern;
  }
  void TearDown() override { fs::remove_all(data_dir_); }

  fs::path users() const { return data_dir_ / "silver" / "user-features"; }
  fs::path movies() const { return data_dir_ / "silver" / "movie-features"; }

  Status write(const SilverOptions& options) const {
    return write_silver_features(data_dir_, options, kUsers, kMovies);
  }

  static std::vector<std::string> names(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
      names.push_back(entry.path().filename().string());
    return names;
  }

  static ino_t inode(const fs::path& path) {
    struct stat info{};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_ino;
  }

  fs::path data_dir_;
};

TEST_F(SilverFeaturesTest, BulkHoldsEveryUserById) {
  ASSERT_TRUE(write(kBulk));
  const auto table = parquet_table(users() / "part-0.parquet");
  EXPECT_THAT(table->schema()->field_names(),
              ElementsAre("user_id", "avg_rating", "rating_count", "std_dev", "last_update"));
  EXPECT_EQ(column_text(*table, "user_id"), "[2, 7]");
  EXPECT_EQ(column_text(*table, "avg_rating"), "[3, 3.5]");
  EXPECT_EQ(column_text(*table, "rating_count"), "[1, 2]");
  EXPECT_EQ(column_text(*table, "std_dev"), "[0, 1.5]");
  EXPECT_EQ(column_text(*table, "last_update"), "[null, 1970-01-01 00:00:01.000000Z]");
}

TEST_F(SilverFeaturesTest, BulkHoldsEveryMovie) {
  ASSERT_TRUE(write(kBulk));
  const auto table = parquet_table(movies() / "part-0.parquet");
  EXPECT_THAT(table->schema()->field_names(),
              ElementsAre("movie_id", "avg_rating", "rating_count", "popularity", "last_update"));
  EXPECT_EQ(column_text(*table, "movie_id"), "[456]");
  EXPECT_EQ(column_text(*table, "popularity"), "[1.0986]");
}

TEST_F(SilverFeaturesTest, PerEntityIsOneFileAUserAndAMovie) {
  ASSERT_TRUE(write(kPerEntity));
  EXPECT_THAT(names(users()), UnorderedElementsAre("user_2.parquet", "user_7.parquet"));
  EXPECT_THAT(names(movies()), UnorderedElementsAre("movie_456.parquet"));
  EXPECT_EQ(column_text(*parquet_table(users() / "user_7.parquet"), "user_id"), "[7]");
}

TEST_F(SilverFeaturesTest, ChangingTheLayoutLeavesNothingOfTheOther) {
  ASSERT_TRUE(write(kPerEntity));
  ASSERT_TRUE(write(kBulk));
  EXPECT_THAT(names(users()), ElementsAre("part-0.parquet"));
  EXPECT_THAT(names(movies()), ElementsAre("part-0.parquet"));
  ASSERT_TRUE(write(kPerEntity));
  EXPECT_THAT(names(users()), UnorderedElementsAre("user_2.parquet", "user_7.parquet"));
}

TEST_F(SilverFeaturesTest, AnEntityThatIsNoMoreLosesItsFile) {
  ASSERT_TRUE(write(kPerEntity));
  ASSERT_TRUE(write_silver_features(data_dir_, kPerEntity, std::span(kUsers).first(1), {}));
  EXPECT_THAT(names(users()), ElementsAre("user_7.parquet"));
  EXPECT_TRUE(names(movies()).empty());
}

TEST_F(SilverFeaturesTest, WithoutRowsBulkIsAFileWithoutRows) {
  ASSERT_TRUE(write(kBulk));
  ASSERT_TRUE(write_silver_features(data_dir_, kBulk, {}, {}));
  EXPECT_EQ(parquet_table(users() / "part-0.parquet")->num_rows(), 0);
}

TEST_F(SilverFeaturesTest, AFileThatWouldStayTheSameIsNotTouched) {
  ASSERT_TRUE(write(kPerEntity));
  const ino_t same = inode(users() / "user_2.parquet");
  const ino_t changes = inode(users() / "user_7.parquet");
  std::vector<UserFeatures> later = kUsers;
  later[0].rating_count = 3;
  // Held open, so that the number of the replaced file is not given to its successor.
  const int held = ::open((users() / "user_7.parquet").c_str(), O_RDONLY);
  ASSERT_TRUE(write_silver_features(data_dir_, kPerEntity, later, kMovies));
  EXPECT_EQ(inode(users() / "user_2.parquet"), same);
  EXPECT_NE(inode(users() / "user_7.parquet"), changes);
  ::close(held);
}

TEST_F(SilverFeaturesTest, MendsADamagedFile) {
  ASSERT_TRUE(write(kBulk));
  ASSERT_TRUE(write_file_durably(users() / "part-0.parquet", "PAR1 but not really"));
  ASSERT_TRUE(write(kBulk));
  EXPECT_EQ(parquet_table(users() / "part-0.parquet")->num_rows(), 2);
}

TEST_F(SilverFeaturesTest, RemovesWhatAKilledProcessLeftAndNothingOfOthers) {
  ASSERT_TRUE(write(kBulk));
  for (const char* name :
       {"part-0.parquet.tmp-77", "user_3.parquet.tmp-8", "part-1.parquet", "notes.txt",
        "user_x.parquet", "part-0.parquet.tmp-", "user_1.parquet.gz"})
    ASSERT_TRUE(write_file_durably(users() / name, ""));
  ASSERT_TRUE(write(kBulk));
  EXPECT_THAT(names(users()), UnorderedElementsAre("part-0.parquet", "notes.txt", "user_x.parquet",
                                                   "part-0.parquet.tmp-", "user_1.parquet.gz"));
}

TEST_F(SilverFeaturesTest, SaysWhichPathIsInTheWay) {
  ASSERT_TRUE(write_file_durably(data_dir_ / "silver", "a file"));
  const Status status = write(kBulk);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_THAT(status.error().where, HasSubstr("silver/user-features"));
}

TEST_F(SilverFeaturesTest, AFolderInPlaceOfAFileIsAnErrorThatKeepsIt) {
  fs::create_directories(users() / "part-0.parquet" / "inside");
  const Status status = write(kBulk);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().where, HasSubstr("part-0.parquet"));
  EXPECT_TRUE(fs::exists(users() / "part-0.parquet" / "inside"));
}

}  // namespace
}  // namespace marquee
