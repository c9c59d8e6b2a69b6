#include "lake/running_deltas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace marquee {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class RunningDeltasTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "running_deltas_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    store_ = std::move(*open_local_store(folder_));
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::vector<RunningRow>& rows, EntityKind kind = EntityKind::kUser) {
    const Status status = write_running_deltas(*store_, kind, rows);
    ASSERT_TRUE(status) << status.error().message();
  }
  std::vector<RunningRow> read(EntityKind kind = EntityKind::kUser) {
    return read_running_deltas(*store_, kind).value();
  }
  std::vector<std::string> keys() {
    const auto objects = store_->list("silver/").value();
    std::vector<std::string> found;
    for (const ObjectInfo& object : objects) found.push_back(object.key);
    return found;
  }

  fs::path folder_;
  std::unique_ptr<ObjectStore> store_;
};

RunningRow row(std::int64_t id, std::int64_t last_offset, const std::string& writer = "w/1",
               std::int32_t partition = 0, TimeMicros time = kUnknownTime) {
  return {id,     "events",    partition,
          writer, last_offset, {last_offset + 1, 0.1 * last_offset, 1e300, time}};
}

TEST_F(RunningDeltasTest, NothingWasWrittenYet) {
  EXPECT_THAT(read(), ElementsAre());
}

TEST_F(RunningDeltasTest, RowsComeBackTheSame) {
  write({row(7, 12), row(3, 5, "w/1", 0, 99), row(7, 4, "w/1", 1)});
  EXPECT_THAT(read(), ElementsAre(row(3, 5, "w/1", 0, 99), row(7, 12), row(7, 4, "w/1", 1)));
  EXPECT_THAT(read(EntityKind::kMovie), ElementsAre());
  write({row(8, 1)}, EntityKind::kMovie);
  EXPECT_THAT(read(EntityKind::kMovie), ElementsAre(row(8, 1)));
}

TEST_F(RunningDeltasTest, ANameTellsTopicPartitionOffsetsAndWriter) {
  write({row(7, 12), row(3, 5)});
  ASSERT_EQ(keys().size(), 1u);
  EXPECT_THAT(keys()[0],
              testing::StartsWith("silver/user-features/_running/events-0-00000000000000000005-"
                                  "00000000000000000012-w%2F1-"));
}

TEST_F(RunningDeltasTest, WritingTheSameAgainAddsNothing) {
  write({row(7, 12), row(3, 5)});
  write({row(3, 5), row(7, 12)});
  EXPECT_EQ(keys().size(), 1u);
  write({row(7, 12), row(3, 5), row(4, 6)});  // the same span of offsets, other rows
  EXPECT_EQ(keys().size(), 2u);
  EXPECT_EQ(read().size(), 3u);
}

TEST_F(RunningDeltasTest, OfSeveralWritersTheFurtherOneCountsInAnyOrder) {
  write({row(7, 12, "new")});
  write({row(7, 9, "old"), row(8, 2, "old")});
  write({row(8, 4, "new")});
  EXPECT_THAT(read(), ElementsAre(row(7, 12, "new"), row(8, 4, "new")));
}

TEST_F(RunningDeltasTest, ANightDropsWhatLiesWhollyBelowItsOffsets) {
  write({row(7, 12), row(3, 5)});
  write({row(7, 20)});
  write({row(7, 4, "w", 1)});
  ASSERT_TRUE(drop_running_deltas(*store_, {{"events", 0, 13}, {"event", 0, 100}}));
  EXPECT_THAT(read(), ElementsAre(row(7, 20), row(7, 4, "w", 1)));
  ASSERT_TRUE(drop_running_deltas(*store_, {{"events", 0, 20}, {"events", 1, 5}}));
  EXPECT_THAT(read(), ElementsAre(row(7, 20))) << "offset 20 itself is not in the night";
}

TEST_F(RunningDeltasTest, NamesTheObjectThatCannotBeRead) {
  write({row(7, 12)});
  std::ofstream(folder_ / keys()[0]) << "half";
  const auto rows = read_running_deltas(*store_, EntityKind::kUser);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(rows.error().message(), HasSubstr("events-0-"));
}

}  // namespace
}  // namespace marquee
