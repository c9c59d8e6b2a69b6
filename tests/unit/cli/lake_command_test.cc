// marquee lake ls and verify, through the program, over a lake in the data dir.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "tests/unit/cli/run_program.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

constexpr std::string_view kEventsKey =
    "bronze/user-events/date=2025-03-15/"
    "event_user-events-2-00000000000000000017-00000000000000000018.json";
constexpr std::string_view kLines =
    R"({"user_id":1,"movie_id":2,"rating":4.5,"timestamp":"2025-03-15T10:00:00Z",)"
    R"("_source":{"topic":"user-events","partition":2,"offset":17}})"
    "\n"
    R"({"user_id":1,"movie_id":3,"rating":3,"timestamp":"2025-03-15T10:00:00Z",)"
    R"("_source":{"topic":"user-events","partition":2,"offset":18}})"
    "\n";
constexpr std::string_view kImportRecord =
    R"({"schema":1,"topic":"import:0123456789abcdef","first":2,"end":9,"events":7})";

class LakeCommandTest : public testing::Test {
 protected:
  void put(std::string_view key, std::string_view bytes) const {
    const auto path = folder_.path() / key;
    ASSERT_TRUE(make_folders(path.parent_path()));
    ASSERT_TRUE(write_file_durably(path, bytes));
  }
  Outcome lake(const std::string& arguments, Streams streams = Streams::kBoth) const {
    return run_program("lake " + arguments + " --data-dir " + folder_.path().string(), streams);
  }
  nlohmann::json lake_json(const std::string& arguments) const {
    return nlohmann::json::parse(lake(arguments + " --json", Streams::kOutput).out, nullptr, false);
  }

  TemporaryFolder folder_;
};

TEST_F(LakeCommandTest, AnEmptyLakeIsWell) {
  EXPECT_EQ(lake("ls").code, 0);
  EXPECT_TRUE(has(lake("ls"), "Bronze is empty"));
  EXPECT_EQ(lake("verify").code, 0);
}

TEST_F(LakeCommandTest, ListsByTopicAndPartition) {
  put(kEventsKey, kLines);
  const auto outcome = lake("ls");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(has(outcome, "user-events")) << outcome.out;
  EXPECT_TRUE(has(outcome, "17-18")) << outcome.out;
  const auto entry = lake_json("ls --count")["bronze"][0];
  EXPECT_EQ(entry["partition"], 2);
  EXPECT_EQ(entry["objects"], 1);
  EXPECT_EQ(entry["events"], 2);
  EXPECT_EQ(entry["bytes"], kLines.size());
  EXPECT_EQ(entry["last_date"], "2025-03-15");
}

TEST_F(LakeCommandTest, VerifyFailsOnLoss) {
  put(kEventsKey, kLines);
  EXPECT_EQ(lake("verify").code, 0);
  put("bronze/imports/import_0123456789abcdef.json", kImportRecord);
  const auto outcome = lake("verify");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(has(outcome, "LOST")) << outcome.out;
  EXPECT_TRUE(has(outcome, "committed events are not in Bronze")) << outcome.out;
  const auto record = lake_json("verify");
  EXPECT_EQ(record["complete"], false);
  EXPECT_EQ(record["partitions"][0]["missing"], 7);
  EXPECT_EQ(record["partitions"][1]["events"], 2);
}

TEST_F(LakeCommandTest, VerifyNamesWhatItCannotRead) {
  put(kEventsKey, kLines.substr(0, kLines.size() - 5));
  const auto outcome = lake("verify");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(has(outcome, std::string(kEventsKey) + ", line 2")) << outcome.out;
}

}  // namespace
}  // namespace marquee
