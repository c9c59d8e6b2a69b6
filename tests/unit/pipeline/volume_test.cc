#include "pipeline/volume.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pipeline/run_folder.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

std::vector<ValidatedRun> runs_with_volumes(std::vector<std::optional<std::int64_t>> volumes) {
  std::vector<ValidatedRun> runs;
  std::int64_t accepted = 1000;
  for (const auto& volume : volumes) {
    accepted += volume.value_or(0);
    runs.push_back({"", accepted, accepted, 0, volume, {}});
  }
  return runs;
}

Snapshot accepted(std::int64_t events, std::int64_t dead = 0) {
  Snapshot snapshot;
  snapshot.sequence = events;
  snapshot.accepted_events = events;
  snapshot.dead_letters = dead;
  return snapshot;
}

Verdict volume_verdict(const std::vector<ValidatedRun>& past, std::int64_t fresh) {
  return check_volume(past, accepted(past.empty() ? fresh : past.back().accepted_events + fresh),
                      {})
      .verdict;
}

TEST(Volume, TheFirstRunsHaveNothingToCompareWith) {
  EXPECT_EQ(volume_verdict({}, 0), Verdict::kPass);
  EXPECT_EQ(volume_verdict(runs_with_volumes({std::nullopt}), 0), Verdict::kPass);
}

TEST(Volume, BelowATenthOfTheMedianFails) {
  const auto past = runs_with_volumes({std::nullopt, 100, 90, 110});
  EXPECT_EQ(volume_verdict(past, 10), Verdict::kPass);
  EXPECT_EQ(volume_verdict(past, 9), Verdict::kFail);
  EXPECT_EQ(volume_verdict(past, 0), Verdict::kFail);
}

TEST(Volume, OnlyTheLastRunsCount) {
  auto volumes = std::vector<std::optional<std::int64_t>>(10, 100'000);
  volumes.insert(volumes.end(), 7, 10);
  EXPECT_EQ(volume_verdict(runs_with_volumes(volumes), 1), Verdict::kPass);
}

TEST(Volume, OneHugeImportDoesNotBlockTheNightsAfterIt) {
  EXPECT_EQ(volume_verdict(runs_with_volumes({std::nullopt, 100, 1'000'000, 100}), 90),
            Verdict::kPass);
}

TEST(Volume, NoMinimumAcceptsAQuietNight) {
  const auto past = runs_with_volumes({std::nullopt, 100});
  EXPECT_EQ(
      check_volume(past, accepted(past.back().accepted_events), {.min_volume_share = 0}).verdict,
      Verdict::kPass);
}

TEST(DeadLetters, MoreThanTheShareEverFail) {
  EXPECT_EQ(check_dead_letters({}, accepted(95, 5), {}).verdict, Verdict::kPass);
  EXPECT_EQ(check_dead_letters({}, accepted(94, 6), {}).verdict, Verdict::kFail);
  EXPECT_EQ(check_dead_letters({}, accepted(0, 0), {}).verdict, Verdict::kPass);
}

TEST(DeadLetters, ABadNightFailsHoweverMuchGoodDataThereIs) {
  const auto past = runs_with_volumes({100'000});
  const std::int64_t before = past.back().accepted_events;
  EXPECT_EQ(check_dead_letters(past, accepted(before + 94, 6), {}).verdict, Verdict::kFail);
  EXPECT_EQ(check_dead_letters(past, accepted(before + 1, 1), {}).verdict, Verdict::kPass)
      << "two events are too few for a share";
}

class ValidatedRunsTest : public testing::Test {
 protected:
  void record(const std::string& run_id, const std::string& status, std::int64_t sequence) {
    const RunFolder run(folder_.path(), run_id);
    ASSERT_TRUE(run.create());
    ASSERT_TRUE(run.write_record("validate", {{"status", status},
                                              {"sequence", sequence},
                                              {"accepted_events", sequence},
                                              {"dead_letters", 0},
                                              {"new_events", nullptr},
                                              {"histogram", RatingHistogram{}}}));
  }
  std::vector<std::string> before(const std::string& run_id, std::int64_t sequence) {
    std::vector<std::string> ids;
    for (const auto& run : validated_runs_before(folder_.path(), run_id, accepted(sequence)))
      ids.push_back(run.run_id);
    return ids;
  }
  TemporaryFolder folder_;
};

TEST_F(ValidatedRunsTest, CountsOnlyThoseThatPassedBeforeIt) {
  record("20260301_020000", "done", 10);
  record("20260302_020000", "unfit", 20);
  record("20260303_020000", "done", 30);
  record("20260304_020000", "done", 40);
  EXPECT_EQ(before("20260303_020000", 30), std::vector<std::string>{"20260301_020000"});
  EXPECT_EQ(before("20260305_020000", 40),
            (std::vector<std::string>{"20260301_020000", "20260303_020000", "20260304_020000"}));
}

TEST_F(ValidatedRunsTest, PassesOverRecordsThatCannotBeUnderstood) {
  record("20260301_020000", "done", 10);
  const RunFolder run(folder_.path(), "20260302_020000");
  ASSERT_TRUE(run.create());
  for (const char* rubbish :
       {R"({"status": "done"})", R"({"status": 3})", R"([])",
        R"({"status": "done", "sequence": 1, "accepted_events": 1, "dead_letters": 0,
                                  "histogram": [1]})"}) {
    ASSERT_TRUE(run.write_record("validate", nlohmann::json::parse(rubbish)));
    EXPECT_EQ(before("20260305_020000", 40), std::vector<std::string>{"20260301_020000"})
        << rubbish;
  }
}

}  // namespace
}  // namespace marquee
