#include "pipeline/doctor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "core/timestamp.h"
#include "pipeline/pipeline_lock.h"
#include "pipeline/run_folder.h"
#include "pipeline/scheduler.h"
#include "store/rating_store.h"
#include "tests/unit/aws/stub_server.h"
#include "tests/unit/pipeline/task_fixture.h"

namespace marquee {
namespace {

class DoctorTest : public TaskFixture {
 protected:
  Finding finding(const std::string& subject) {
    for (const Finding& found : examine_installation(config_, clock_))
      if (found.subject == subject) return found;
    ADD_FAILURE() << "nothing is said of " << subject;
    return {};
  }
  Health health(const std::string& subject) { return finding(subject).health; }

  void keep_scheduler_state(const std::string& json) {
    std::filesystem::create_directories(folder_.path() / "runs");
    ASSERT_TRUE(write_file_durably(folder_.path() / "runs" / "schedule.json", json));
  }
};

// A loopback port that something else listens on.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  TakenPort(const TakenPort&) = delete;
  ~TakenPort() { ::close(socket_); }
  std::int64_t number() const { return port_; }

 private:
  int socket_;
  std::int64_t port_ = 0;
};

TEST_F(DoctorTest, WhatIsNotOkSaysHowToMendIt) {
  config_.data_dir = folder_.path() / "none";
  config_.schedule.timezone = "Europe/Atlantis";
  for (const Finding& found : examine_installation(config_, clock_)) {
    EXPECT_FALSE(found.detail.empty()) << found.subject;
    EXPECT_TRUE(found.health == Health::kOk || !found.mend.empty()) << found.subject;
  }
  EXPECT_FALSE(std::filesystem::exists(config_.data_dir)) << "it changes nothing";
}

TEST_F(DoctorTest, ANewInstallationHasWarningsOnly) {
  for (const Finding& found : examine_installation(config_, clock_))
    EXPECT_NE(found.health, Health::kFail) << found.subject << ": " << found.detail;
  EXPECT_EQ(health("model"), Health::kWarn);
  EXPECT_EQ(health("database"), Health::kWarn);
}

TEST_F(DoctorTest, AWorkingInstallationIsOk) {
  import_ratings();
  ASSERT_TRUE(run_train_and_deploy(run(kFirst)));
  for (const char* subject :
       {"settings", "data dir", "database", "journal", "clock", "model", "pipeline"})
    EXPECT_EQ(health(subject), Health::kOk) << subject << ": " << finding(subject).detail;
}

TEST_F(DoctorTest, SettingsThatCannotWorkFail) {
  config_.schedule.cron = "0 2 30 2 *";
  EXPECT_EQ(health("settings"), Health::kFail);
  config_ = Config{};
  config_.model.cf_weight = config_.model.content_weight = 0;
  EXPECT_EQ(health("settings"), Health::kFail);
}

TEST_F(DoctorTest, EndpointsWhereNobodyIsFail) {
  const TakenPort bound_only;  // and not listened on
  config_.storage.mode = "aws";
  config_.s3.endpoint = fmt::format("http://127.0.0.1:{}", bound_only.number());
  EXPECT_EQ(health("endpoints"), Health::kFail);
  EXPECT_EQ(health("lake"), Health::kFail) << "it stands in the place of the database";
}

TEST_F(DoctorTest, ADatabaseOfRubbishFails) {
  ASSERT_TRUE(write_file_durably(folder_.path() / "marquee.db", std::string(4096, 'x')));
  EXPECT_EQ(health("database"), Health::kFail);
}

TEST_F(DoctorTest, APortThatIsTakenFailsAndAFreeOneDoesNot) {
  TakenPort bound_only;
  config_.server.port = bound_only.number();
  EXPECT_EQ(health("server"), Health::kFail);
  {
    TakenPort other;
    config_.server.port = other.number();
  }
  EXPECT_EQ(health("server"), Health::kOk);
}

TEST_F(DoctorTest, AClockOfLongAgoFails) {
  clock_.set(0);
  EXPECT_EQ(health("clock"), Health::kFail);
}

TEST_F(DoctorTest, ARunOfTheFutureMakesTheClockSuspect) {
  std::filesystem::create_directories(folder_.path() / "runs" / "20990101_000000");
  EXPECT_EQ(health("clock"), Health::kWarn);
}

TEST_F(DoctorTest, ABrokenModelFailsAndAnOldOneWarns) {
  import_ratings();
  ASSERT_TRUE(run_train_and_deploy(run(kFirst)));
  clock_.set(clock_.now() + 3 * 86'400 * kMicrosPerSecond);
  EXPECT_EQ(health("model"), Health::kWarn);
  ASSERT_TRUE(write_file_durably(
      folder_.path() / "models/saved_models/production_model.safetensors", "junk"));
  EXPECT_EQ(health("model"), Health::kFail);
}

TEST_F(DoctorTest, TellsWhetherTheNightHappened) {
  EXPECT_EQ(health("nightly run"), Health::kWarn) << "never";
  keep_scheduler_state(
      R"({"last_due": "2026-03-01T02:00:00Z", "attempts": 1, "finished": true, "outcome": "done"})");
  EXPECT_EQ(health("nightly run"), Health::kOk);
  clock_.set(clock_.now() + 28 * 3'600 * kMicrosPerSecond);
  EXPECT_EQ(health("nightly run"), Health::kWarn) << "missed";
  clock_.set(clock_.now() - 27 * 3'600 * kMicrosPerSecond);
  keep_scheduler_state(
      R"({"last_due": "2026-03-01T02:00:00Z", "attempts": 1, "finished": true, "outcome": "no ratings"})");
  EXPECT_EQ(health("nightly run"), Health::kWarn) << "failed";
  keep_scheduler_state(
      R"({"last_due": "2026-03-01T02:00:00Z", "attempts": 1, "finished": false, "outcome": "running"})");
  EXPECT_EQ(health("nightly run"), Health::kWarn) << "interrupted";
  keep_scheduler_state("rubbish");
  EXPECT_EQ(health("nightly run"), Health::kFail);
}

TEST_F(DoctorTest, TellsOfANightThatAnotherSchedulerMissed) {
  import_ratings();
  ASSERT_TRUE(run_train_and_deploy(run(kFirst)));
  clock_.set(*parse_timestamp("2026-03-01T12:00:00Z"));
  EXPECT_EQ(health("nightly run"), Health::kOk) << finding("nightly run").detail;
  clock_.set(*parse_timestamp("2026-03-02T12:00:00Z"));
  EXPECT_EQ(health("nightly run"), Health::kWarn);
  EXPECT_NE(finding("nightly run").detail.find("2026-03-02T02:00:00Z"), std::string::npos);
  keep_scheduler_state(
      R"({"last_due": "2026-03-02T02:00:00Z", "attempts": 1, "finished": true, "outcome": "no space"})");
  EXPECT_NE(finding("nightly run").detail.find("no space"), std::string::npos) << "and why";
}

TEST_F(DoctorTest, AServerThatWasStartedWithTheNewModelMakesUpForAFailedReload) {
  import_ratings();
  ASSERT_TRUE(run_train_and_deploy(run(kFirst)));
  const RunFolder night(folder_.path(), "20260302_020000");
  ASSERT_TRUE(night.create());
  ASSERT_TRUE(night.write_record("deploy", {{"status", "done"}}));
  ASSERT_TRUE(night.write_record("reload", {{"status", "failed"}}));
  clock_.set(*parse_timestamp("2026-03-02T12:00:00Z"));
  std::atomic<const char*> trained = R"("2026-03-01T02:00:00Z")";
  const StubServer server([&](const StubRequest&) {
    return StubAnswer{.body = fmt::format(R"({{"status": "ok", "model": {{"trained_at": {}}}}})",
                                          trained.load())};
  });
  config_.server.port = std::stoi(server.url().substr(server.url().rfind(':') + 1));
  EXPECT_EQ(health("nightly run"), Health::kWarn) << "it serves the old model";
  trained = R"("2026-03-02T02:00:00Z")";
  EXPECT_EQ(health("nightly run"), Health::kOk) << finding("nightly run").detail;
  trained = "null";
  EXPECT_EQ(health("nightly run"), Health::kWarn);
}

TEST_F(DoctorTest, TellsWhatRunsNow) {
  const auto lock = PipelineLock::acquire(
      {.data_dir = folder_.path(), .task = "train", .run_id = kFirst}, clock_);
  ASSERT_TRUE(lock);
  EXPECT_NE(finding("pipeline").detail.find("train of run"), std::string::npos);
}

}  // namespace
}  // namespace marquee
