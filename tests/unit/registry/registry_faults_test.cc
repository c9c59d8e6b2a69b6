// A deployment that fails or is killed at any of its changes to the file system: the production
// model is always whole, a failure keeps the old one, and the next deployment puts everything
// right.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/model_registry.h"
#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/temporary_folder.h"
#include "tests/unit/registry/io_faults.h"
#include "tests/unit/registry/small_model.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

const std::string kOld = "20260301_020000", kNew = "20260302_020000";

// A registry in which one model is in production and a newer one waits.
class RegistryFaultsTest : public testing::TestWithParam<IoFault> {
 protected:
  RegistryFaultsTest() {
    for (const std::string& run : {kOld, kNew})
      write_small(registry_.model_path(run), {.run_id = run, .ratings = {}, .more_movies = {}});
    EXPECT_TRUE(registry_.deploy(registry_.model_path(kOld), "test", kOld));
  }

  // Back to the old model alone in production.
  void start_over() {
    fs::remove(folder_.path() / "models" / "history.jsonl");
    fs::remove(registry_.production_path());
    ASSERT_TRUE(registry_.deploy(registry_.model_path(kOld), "test", kOld));
  }

  Status deploy_new() { return registry_.deploy(registry_.model_path(kNew), "test", kNew); }

  std::string in_production() const {
    const auto model = load_model(registry_.production_path());
    return model ? model->data->lineage.run_id : model.error().message();
  }

  // Whatever happened: the history tells the truth, the new model can be deployed, and nothing is
  // left over.
  void expect_all_is_mended() {
    ASSERT_TRUE(registry_.list());
    ASSERT_TRUE(registry_.last_deployment());
    EXPECT_EQ(registry_.last_deployment()->model, "hybrid_model_" + in_production());
    ASSERT_TRUE(deploy_new());
    EXPECT_EQ(in_production(), kNew);
    for (const auto& entry : fs::directory_iterator(registry_.folder()))
      EXPECT_FALSE(entry.path().filename().string().starts_with('.')) << entry.path();
    const auto before = registry_.rollback("test");
    ASSERT_TRUE(before) << before.error().message();
    EXPECT_EQ(*before, "hybrid_model_" + kOld);
  }

  TemporaryFolder folder_;
  SimulatedClock clock_{1'742'032'800'000'000};
  ModelRegistry registry_{folder_.path(), clock_};
};

constexpr int kNeverSoMany = 200;  // changes to the file system in one deployment

TEST_P(RegistryFaultsTest, AFailingDeploymentKeepsTheOldModel) {
  int nth = 1;
  for (; nth < kNeverSoMany; ++nth) {
    SCOPED_TRACE(nth);
    start_over();
    set_io_fault(GetParam(), nth);
    const Status status = deploy_new();
    const bool came = io_fault_came();
    set_io_fault(IoFault::kNone, 0);
    EXPECT_EQ(in_production(), status ? kNew : kOld);
    if (!came) break;
    expect_all_is_mended();
  }
  EXPECT_GT(nth, 8) << "a deployment copies, syncs, renames and records";
  EXPECT_LT(nth, kNeverSoMany);
}

INSTANTIATE_TEST_SUITE_P(Faults, RegistryFaultsTest,
                         testing::Values(IoFault::kFailOnce, IoFault::kFailFrom));

class RegistryKillTest : public RegistryFaultsTest {
 protected:
  // Deploys in a process of its own; says whether that was killed.
  bool deploy_new_and_be_killed(IoFault fault, int nth) {
    const pid_t child = fork();
    if (child == 0) {
      set_io_fault(fault, nth);
      _exit(deploy_new() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_NE(WEXITSTATUS(status), 1) << "it was to be killed or to succeed";
    return WEXITSTATUS(status) == 9;
  }
};

TEST_P(RegistryKillTest, AKilledDeploymentLeavesAWholeModelAndIsMended) {
  int nth = 1;
  for (; nth < kNeverSoMany; ++nth) {
    SCOPED_TRACE(nth);
    start_over();
    const bool killed = deploy_new_and_be_killed(GetParam(), nth);
    if (!killed) break;
    EXPECT_TRUE(in_production() == kOld || in_production() == kNew) << in_production();
    expect_all_is_mended();
  }
  EXPECT_GT(nth, 8);
  EXPECT_EQ(in_production(), kNew);
}

INSTANTIATE_TEST_SUITE_P(Kills, RegistryKillTest,
                         testing::Values(IoFault::kKillBefore, IoFault::kKillAfter));

}  // namespace
}  // namespace marquee
