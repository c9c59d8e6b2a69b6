// Every change that train, evaluate and deploy make to files fails once, or ends the process:
// production is always whole, and the same command run again ends as if nothing had happened.
#include <csignal>

#include "core/durable_file.h"
#include "tests/integration/pipeline/marquee_process.h"

namespace marquee {
namespace {

constexpr const char* kOld = "20260301_020000";
constexpr const char* kNew = "20260302_020000";

struct Fault {
  std::string name;
  std::string error;  // FAULT_ERRNO
  bool sticky = false;
};

class PipelineFaultsTest : public MarqueeFixture, public testing::WithParamInterface<Fault> {
 protected:
  void SetUp() override {
    prepared_ = new_data_dir("prepared");
    ASSERT_EQ(run(prepared_, {"train", "--deploy", "--run-id", kOld}).exit_code, 0);
    ASSERT_EQ(run(prepared_, {"produce", "--count", "100", "--seed", "1"}).exit_code, 0);
    before_ = bytes_of(production(prepared_));
    const auto undisturbed = copy_of(prepared_, "undisturbed");
    const auto done = run(undisturbed, command_, faults(undisturbed, 0));
    ASSERT_EQ(done.exit_code, 0) << done.output;
    after_ = bytes_of(production(undisturbed));
    ASSERT_FALSE(before_ == after_);
    calls_ = std::stol(bytes_of(count_file()));
    ASSERT_GT(calls_, 20) << "the faults reach no file";
  }

  std::filesystem::path count_file() const { return folder_ / "count"; }

  std::vector<std::string> faults(const std::filesystem::path& data_dir, long at) const {
    return {"LD_PRELOAD=" MARQUEE_FAILING_IO,
            "FAULT_PREFIX=" + data_dir.string(),
            "FAULT_CALL=all",
            "FAULT_AT=" + std::to_string(at),
            "FAULT_ERRNO=" + GetParam().error,
            std::string("FAULT_STICKY=") + (GetParam().sticky ? "1" : "0"),
            "FAULT_COUNT_FILE=" + count_file().string()};
  }

  const std::vector<std::string> command_ = {"train", "--deploy", "--run-id", kNew};
  std::filesystem::path prepared_;
  std::string before_, after_;
  long calls_ = 0;
};

TEST_P(PipelineFaultsTest, TheOldModelStaysOrTheNewOneIsWhole) {
  int failed = 0;
  for (long at = 1; at <= calls_; ++at) {
    const auto data_dir = copy_of(prepared_, "victim");
    const auto hurt = run(data_dir, command_, faults(data_dir, at));
    const std::string now = bytes_of(production(data_dir));
    ASSERT_TRUE(now == before_ || now == after_)
        << "call " << at << ": half a model is in production";
    ASSERT_TRUE(hurt.exit_code != 0 || now == after_) << "call " << at << ": success was claimed";
    failed += hurt.exit_code != 0;
    ASSERT_TRUE(hurt.exit_code >= 0 || GetParam().error == "KILL")
        << "call " << at << ": it crashed\n"
        << hurt.output;
    const auto healed = run(data_dir, command_);
    ASSERT_EQ(healed.exit_code, 0) << "after call " << at << ": " << healed.output;
    ASSERT_TRUE(bytes_of(production(data_dir)) == after_) << "after call " << at;
  }
  EXPECT_GT(failed, 10);
}

INSTANTIATE_TEST_SUITE_P(Kinds, PipelineFaultsTest,
                         testing::Values(Fault{"Failing", "EIO"}, Fault{"DiskFull", "ENOSPC", true},
                                         Fault{"Killed", "KILL"}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace marquee
