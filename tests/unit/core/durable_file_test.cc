#include "core/durable_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace marquee {
namespace {

namespace fs = std::filesystem;

class DurableFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "durable_file_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}));
  }
  fs::path folder_;
};

TEST_F(DurableFileTest, ReplacesAFileWhole) {
  const fs::path path = folder_ / "a";
  ASSERT_TRUE(write_file_durably(path, "one"));
  ASSERT_TRUE(write_file_durably(path, "two"));
  EXPECT_EQ(read_file(path), "two");
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(DurableFileTest, LeavesTheOldFileAndNothingElseWhenNotCommitted) {
  const fs::path path = folder_ / "a";
  ASSERT_TRUE(write_file_durably(path, "old"));
  {
    auto file = DurableFile::create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->append(std::as_bytes(std::span("half", 4))));
  }
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(DurableFileTest, SaysWhichFolderIsMissing) {
  const auto status = write_file_durably(folder_ / "no" / "a", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_NE(status.error().where.find("no/a"), std::string::npos);
}

TEST_F(DurableFileTest, AMissingFileIsNotFound) {
  const auto bytes = read_file(folder_ / "none");
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kNotFound);
}

TEST_F(DurableFileTest, AppendsLines) {
  const fs::path path = folder_ / "history";
  ASSERT_TRUE(append_line_durably(path, "a"));
  ASSERT_TRUE(append_line_durably(path, "b"));
  EXPECT_EQ(read_file(path), "a\nb\n");
}

TEST_F(DurableFileTest, EndsALineThatWasTorn) {
  const fs::path path = folder_ / "history";
  ASSERT_TRUE(write_file_durably(path, "a\nto"));
  ASSERT_TRUE(append_line_durably(path, "b"));
  EXPECT_EQ(read_file(path), "a\nto\nb\n");
}

TEST_F(DurableFileTest, ALockIsSharedByManyOrHeldByOne) {
  const fs::path path = folder_ / "lock";
  {
    const auto one = FileLock::try_share(path), another = FileLock::try_share(path);
    ASSERT_TRUE(one && another);
    EXPECT_EQ(FileLock::try_acquire(path).error().code, ErrorCode::kUnavailable);
  }
  const auto alone = FileLock::try_acquire(path);
  ASSERT_TRUE(alone);
  EXPECT_EQ(FileLock::try_share(path).error().code, ErrorCode::kUnavailable);
}

TEST_F(DurableFileTest, ALockIsHeldOnceAndFreedWithItsObject) {
  const fs::path path = folder_ / "lock";
  {
    const auto held = FileLock::try_acquire(path);
    ASSERT_TRUE(held);
    const auto second = FileLock::try_acquire(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_TRUE(FileLock::try_acquire(path));
}

}  // namespace
}  // namespace marquee
