// `pipeline run` is killed at random moments and started again: what is deployed in the end is,
// byte for byte, what an undisturbed run deploys, and production is whole at every moment in
// between.
#include <csignal>
#include <random>

#include "tests/integration/pipeline/marquee_process.h"

namespace marquee {
namespace {

constexpr int kKills = 30;
constexpr const char* kOld = "20260301_020000";
constexpr const char* kNew = "20260302_020000";

class PipelineKillTest : public MarqueeFixture {};

TEST_F(PipelineKillTest, KilledAtRandomMomentsItEndsLikeAnUndisturbedRun) {
  const auto data_dir = new_data_dir("data");
  ASSERT_EQ(run(data_dir, {"pipeline", "run", "--run-id", kOld}).exit_code, 0);
  ASSERT_EQ(run(data_dir, {"produce", "--count", "200", "--seed", "1"}).exit_code, 0);
  ASSERT_EQ(run(data_dir, {"validate", "--run-id", kNew}).exit_code, 0);  // fixes the snapshot
  const auto undisturbed = copy_of(data_dir, "undisturbed");
  const auto start = std::chrono::steady_clock::now();
  const auto whole = run(undisturbed, {"pipeline", "run", "--run-id", kNew});
  ASSERT_EQ(whole.exit_code, 0) << whole.output;
  const auto length = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  const std::string before = bytes_of(production(data_dir)),
                    after = bytes_of(production(undisturbed));
  ASSERT_FALSE(before == after);

  std::mt19937 random(17);
  int killed = 0;
  for (int attempt = 0; killed < kKills && attempt < 10 * kKills; ++attempt) {
    const auto victim_dir = copy_of(data_dir, "victim");
    bool done = false;
    while (!done) {
      MarqueeProcess victim(on(victim_dir, {"pipeline", "run", "--run-id", kNew}),
                            folder_ / "victim.out");
      std::this_thread::sleep_for(std::chrono::microseconds(
          std::uniform_int_distribution<std::int64_t>(0, length.count())(random)));
      victim.send(SIGKILL);
      const int exit_code = victim.wait().exit_code;
      killed += exit_code == -SIGKILL;
      done = exit_code == 0 || killed >= kKills;
      const std::string now = bytes_of(production(victim_dir));
      ASSERT_TRUE(now == before || now == after) << "half a model is in production";
    }
    const auto last = run(victim_dir, {"pipeline", "run", "--run-id", kNew});
    ASSERT_EQ(last.exit_code, 0) << last.output;
    EXPECT_TRUE(bytes_of(production(victim_dir)) == after);
    EXPECT_TRUE(bytes_of(model(victim_dir, kNew)) == bytes_of(model(undisturbed, kNew)));
  }
  EXPECT_GE(killed, kKills);
}

TEST_F(PipelineKillTest, ARunWithoutANameGoesOnWhenNothingIsNew) {
  const auto data_dir = new_data_dir("data");
  {
    MarqueeProcess victim(on(data_dir, {"pipeline", "run"}), folder_ / "victim.out");
    const auto snapshot_is_there = [&] {
      std::error_code none;
      for (const auto& entry :
           std::filesystem::recursive_directory_iterator(data_dir / "runs", none))
        if (entry.path().filename() == "validate.json") return true;
      return false;
    };
    while (!snapshot_is_there()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    victim.send(SIGKILL);
    ASSERT_EQ(victim.wait().exit_code, -SIGKILL);
  }
  const auto again = run(data_dir, {"pipeline", "run"});
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_NE(again.output.find("going on with run"), std::string::npos) << again.output;
  const auto runs = std::filesystem::directory_iterator(data_dir / "runs");
  EXPECT_EQ(std::ranges::count_if(runs, [](const auto& entry) { return entry.is_directory(); }), 1);
}

}  // namespace
}  // namespace marquee
