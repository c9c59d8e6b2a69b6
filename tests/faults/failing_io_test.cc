// The preloaded library does to a probe what its settings say, and nothing else.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace marquee {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

struct Probed {
  std::vector<std::string> lines;
  std::string text;
  int status = 0;  // as of waitpid
};

class FailingIoTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "failing_io_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = fs::canonical(pattern);
    fs::create_directory(inside());
    std::ofstream(inside() / "file") << "content";
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path inside() const { return folder_ / "inside"; }
  fs::path count_file() const { return folder_ / "count"; }

  // Runs the probe with these settings ("FAULT_AT=1 …") and gives what it printed.
  Probed probe(const std::string& settings, const std::string& operations) const {
    const std::string command =
        fmt::format("exec env LD_PRELOAD={} FAULT_PREFIX={} FAULT_COUNT_FILE={} {} {} {} {} 2>&1",
                    MARQUEE_FAILING_IO, inside().string(), count_file().string(), settings,
                    MARQUEE_IO_PROBE, inside().string(), operations);
    return run(command);
  }

  static Probed run(const std::string& command) {
    Probed probed;
    FILE* pipe = ::popen(command.c_str(), "r");
    for (int c; (c = std::fgetc(pipe)) != EOF;) probed.text += static_cast<char>(c);
    probed.status = ::pclose(pipe);
    std::istringstream lines(probed.text);
    for (std::string line; std::getline(lines, line);) probed.lines.push_back(line);
    return probed;
  }

  long counted() const {
    long count = -1;
    std::ifstream(count_file()) >> count;
    return count;
  }

  fs::path folder_;
};

class FailingCallTest : public FailingIoTest,
                        public testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(FailingCallTest, FailsTheSecondAndNoOther) {
  const auto [call, operation] = GetParam();
  const std::string all = fmt::format("{0} {0} {0}", operation);
  const Probed probed =
      probe(fmt::format("FAULT_CALL={} FAULT_AT=2 FAULT_ERRNO=EDQUOT", call), all);
  ASSERT_EQ(probed.lines.size(), 3u) << probed.text;
  EXPECT_NE(probed.lines[0], "EDQUOT");
  EXPECT_EQ(probed.lines[1], "EDQUOT");
  EXPECT_NE(probed.lines[2], "EDQUOT");
  EXPECT_EQ(counted(), 3);
}

INSTANTIATE_TEST_SUITE_P(
    Calls, FailingCallTest,
    testing::Values(std::pair("write", "write"), std::pair("pwrite", "pwrite"),
                    std::pair("pwrite", "pwrite64"), std::pair("writev", "writev"),
                    std::pair("fsync", "fsync"), std::pair("fdatasync", "fdatasync"),
                    std::pair("ftruncate", "ftruncate"), std::pair("ftruncate", "ftruncate64"),
                    std::pair("rename", "rename"), std::pair("rename", "renameat"),
                    std::pair("link", "link"), std::pair("unlink", "unlink"),
                    std::pair("unlink", "remove"), std::pair("mkdir", "mkdir"),
                    std::pair("create", "create"), std::pair("create", "create64"),
                    std::pair("create", "createat"), std::pair("create", "createat64")),
    [](const auto& call) { return std::string(call.param.second); });

TEST_F(FailingIoTest, CountsTheCallsOfTheListTogether) {
  const Probed probed = probe("FAULT_CALL=write,fsync FAULT_AT=3", "write pwrite fsync write");
  EXPECT_THAT(probed.lines, ElementsAre("ok", "ok", "ok", "EIO"));
}

TEST_F(FailingIoTest, StickyFailsEveryLaterOneToo) {
  const Probed probed = probe("FAULT_CALL=all FAULT_AT=2 FAULT_STICKY=1 FAULT_ERRNO=ENOSPC",
                              "write write fsync rename create");
  EXPECT_THAT(probed.lines, ElementsAre("ok", "ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC"));
}

TEST_F(FailingIoTest, AFailingCallChangesNothing) {
  probe("FAULT_CALL=ftruncate,write FAULT_AT=1 FAULT_STICKY=1", "ftruncate write");
  EXPECT_EQ(fs::file_size(inside() / "file"), 7u);
}

TEST_F(FailingIoTest, LeavesOtherFilesAndReadingAlone) {
  const Probed probed = probe("FAULT_CALL=all FAULT_AT=1 FAULT_STICKY=1", "outside open");
  EXPECT_THAT(probed.lines, Each("ok"));
  EXPECT_EQ(counted(), 0);
}

TEST_F(FailingIoTest, OnlyCountsWithoutAPlace) {
  const Probed probed = probe("FAULT_CALL=all", "write write fsync");
  EXPECT_THAT(probed.lines, Each("ok"));
  EXPECT_EQ(counted(), 3);
}

TEST_F(FailingIoTest, KillsAtTheCallAndKeepsCount) {
  const Probed probed = probe("FAULT_CALL=write FAULT_AT=2 FAULT_ERRNO=KILL", "write write write");
  EXPECT_THAT(probed.lines, ElementsAre("ok"));
  ASSERT_TRUE(WIFSIGNALED(probed.status)) << probed.status;
  EXPECT_EQ(WTERMSIG(probed.status), SIGKILL);
  EXPECT_EQ(counted(), 2);
}

TEST_F(FailingIoTest, TakesTheErrorByNumber) {
  EXPECT_THAT(probe("FAULT_CALL=write FAULT_AT=1 FAULT_ERRNO=28", "write").lines,
              ElementsAre("ENOSPC"));
}

TEST_F(FailingIoTest, AWrongSettingEndsTheProgram) {
  for (const char* wrong :
       {"FAULT_CALL=wirte FAULT_AT=1", "FAULT_CALL=write FAULT_AT=x", "FAULT_AT=1",
        "FAULT_CALL=write FAULT_ERRNO=ENOPE", "FAULT_CALL=write FAULT_PREFIX=relative"}) {
    const Probed probed = probe(wrong, "write");
    EXPECT_THAT(probed.text, HasSubstr("failing_io: FAULT_")) << wrong;
    EXPECT_TRUE(WIFEXITED(probed.status) && WEXITSTATUS(probed.status) == 99) << wrong;
  }
}

}  // namespace
}  // namespace marquee
