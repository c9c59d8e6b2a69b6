#include "objects/local_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

namespace marquee {
namespace {

namespace fs = std::filesystem;

class LocalStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "local_store_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::vector<std::string> keys(std::string_view prefix) {
    std::vector<std::string> found;
    const auto objects = store().list(prefix);
    EXPECT_TRUE(objects);
    for (const ObjectInfo& object : *objects) found.push_back(object.key);
    return found;
  }
  LocalStore store() const { return LocalStore(folder_); }
  fs::path folder_;
};

TEST_F(LocalStoreTest, GivesBackWhatWasPut) {
  const std::string bytes("a\0b\n\xff", 5);
  ASSERT_TRUE(store().put("a/b.json", bytes));
  EXPECT_EQ(store().get("a/b.json"), bytes);
  ASSERT_TRUE(store().put("a/b.json", "other"));
  EXPECT_EQ(store().get("a/b.json"), "other");
  EXPECT_EQ(store().get("a/c.json").error().code, ErrorCode::kNotFound);
}

TEST_F(LocalStoreTest, ListsByPrefixInOrderOfKeys) {
  EXPECT_THAT(keys("bronze/"), testing::IsEmpty());
  for (const char* key : {"b/2", "b/1", "a/x", "b/10/y", "bc"}) ASSERT_TRUE(store().put(key, "."));
  EXPECT_THAT(keys("b/"), testing::ElementsAre("b/1", "b/10/y", "b/2"));
  EXPECT_THAT(keys("b"), testing::ElementsAre("b/1", "b/10/y", "b/2", "bc"));
  EXPECT_THAT(keys("b/1"), testing::ElementsAre("b/1", "b/10/y"));
}

TEST_F(LocalStoreTest, ListsNeitherItsLockNorHalfWrittenFiles) {
  ASSERT_TRUE(store().put_if("a/b", "x", ""));
  std::ofstream(folder_ / "a" / "c.tmp-123") << "half";
  EXPECT_THAT(keys(""), testing::ElementsAre("a/b"));
  ASSERT_TRUE(store().put("a/topic.tmp-0-1.json", "x"));  // only looks like one
  EXPECT_THAT(keys(""), testing::ElementsAre("a/b", "a/topic.tmp-0-1.json"));
}

TEST_F(LocalStoreTest, RemovingTwiceIsFine) {
  ASSERT_TRUE(store().put("a", "x"));
  EXPECT_TRUE(store().remove("a"));
  EXPECT_TRUE(store().remove("a"));
  EXPECT_THAT(keys(""), testing::IsEmpty());
}

TEST_F(LocalStoreTest, AConditionalPutNeedsTheVersionThatIsThere) {
  const auto first = store().put_if("m", "1", "");
  ASSERT_TRUE(first);
  EXPECT_EQ(store().put_if("m", "2", "").error().code, ErrorCode::kConflict);
  EXPECT_EQ(store().get_versioned("m")->version, *first);
  const auto second = store().put_if("m", "2", *first);
  ASSERT_TRUE(second);
  EXPECT_EQ(store().put_if("m", "3", *first).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store().get("m"), "2");
  EXPECT_EQ(store().put_if("absent", "3", *first).error().code, ErrorCode::kConflict);
}

TEST_F(LocalStoreTest, OfManyConditionalPutsAtOnceOneWins) {
  std::atomic<int> winners = 0;
  {
    std::vector<std::jthread> writers;
    for (int k = 0; k < 8; ++k)
      writers.emplace_back([&, k] {
        LocalStore mine(folder_);
        if (mine.put_if("m", std::to_string(k), "")) ++winners;
      });
  }
  EXPECT_EQ(winners, 1);
}

TEST_F(LocalStoreTest, RefusesKeysThatLeaveTheFolder) {
  for (const char* key : {"", "/etc/x", "../x", "a/../../x", "a/./b", "a/"})
    EXPECT_EQ(store().put(key, "x").error().code, ErrorCode::kUsage) << key;
}

}  // namespace
}  // namespace marquee
