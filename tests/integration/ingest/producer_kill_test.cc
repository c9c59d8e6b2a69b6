// Kills the real producer at random moments: what it reported as sent is in the journal, and what
// is in the journal is whole.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "core/durable_file.h"
#include "events/rating_event.h"
#include "store/rating_store.h"
#include "stream/journal.h"
#include "tests/integration/ingest/program.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

class FromTheBeginning final : public PartitionOwner {
 public:
  Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) override {
    return std::vector<std::optional<std::int64_t>>(partitions.size(), 0);
  }
  Status on_revoked(std::span<const StreamPartition>) override { return {}; }
  void on_lost(std::span<const StreamPartition>) override {}
};

class ProducerKillTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "producer_kill_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    auto store = RatingStore::open(folder_ / "data", sqlite::Access::kReadWrite);
    ASSERT_TRUE(store);
    auto writer = store->write();
    for (MovieId m = 1; m <= 5000; ++m)
      ASSERT_TRUE(writer->put_movie({.id = m, .title = "M", .genres = {}, .year = 0, .tags = {}}));
    ASSERT_TRUE(writer->commit());
  }
  void TearDown() override { fs::remove_all(folder_); }

  pid_t produce(int seed) const {
    return start({"produce", "--count", "3000", "--json", "--seed", std::to_string(seed),
                  "--data-dir", (folder_ / "data").string()},
                 {.environment = {}, .out = folder_ / "out", .error = folder_ / "error"});
  }
  std::vector<StreamRecord> journal() const {
    FromTheBeginning owner;
    auto source = JournalSource::open(folder_ / "data", "user-events", 1'000'000'000);
    EXPECT_TRUE((*source)->subscribe(owner));
    return *(*source)->poll(1'000'000'000, std::chrono::milliseconds(0));
  }
  // The last offset that the run said it had sent, if it lived to say so.
  std::optional<std::int64_t> reported() const {
    const auto report = nlohmann::json::parse(*read_file(folder_ / "out"), nullptr, false);
    if (!report.is_object()) return std::nullopt;
    EXPECT_EQ(
        report["last_offset"].get<std::int64_t>() - report["first_offset"].get<std::int64_t>(),
        2999);
    return report["last_offset"].get<std::int64_t>();
  }

  fs::path folder_;
};

TEST_F(ProducerKillTest, WhatWasReportedIsThereAndWholeBatchesOnly) {
  using std::chrono::steady_clock;
  const int kills = std::getenv("TEST_CAMPAIGN") == nullptr ? 20 : 200;
  std::mt19937_64 random(11);
  int killed = 0;
  steady_clock::duration whole_run{};
  // A run that ended before its kill does not count; every tenth is left alone and tells how long
  // a whole run takes here and now, so that kills fall within one on any machine.
  for (int round = 0; killed < kills && round < 20 * kills; ++round) {
    SCOPED_TRACE(round);
    const auto begin = steady_clock::now();
    const pid_t pid = produce(round);
    const bool left_alone = round % 10 == 0;
    if (!left_alone) {
      std::this_thread::sleep_for(whole_run * static_cast<int>(random() % 1000) / 1000);
      ::kill(pid, SIGKILL);
    }
    const int exit_code = wait_for(pid);
    if (left_alone) whole_run = steady_clock::now() - begin;
    killed += exit_code == -SIGKILL ? 1 : 0;
    ASSERT_TRUE(exit_code == 0 || (exit_code == -SIGKILL && !left_alone)) << exit_code;
    const auto records = journal();
    ASSERT_EQ(records.size() % 1000, 0u) << "half a batch is there";
    if (const auto last = reported()) {
      ASSERT_LT(*last, static_cast<std::int64_t>(records.size()));
    } else {
      ASSERT_EQ(exit_code, -SIGKILL);
    }
  }
  EXPECT_EQ(killed, kills);
  const auto records = journal();
  ASSERT_GE(records.size(), 3000u);
  for (std::size_t k = 0; k < records.size(); ++k) {
    ASSERT_EQ(records[k].offset, static_cast<std::int64_t>(k));
    ASSERT_TRUE(parse_rating_event(records[k].value, records[k].record_time, {}));
  }
}

}  // namespace
}  // namespace marquee
