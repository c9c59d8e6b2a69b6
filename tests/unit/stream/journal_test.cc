#include "stream/journal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "core/durable_file.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class FixedClock final : public Clock {
 public:
  TimeMicros now() const override { return 42'000'000; }
  bool sleep_until(TimeMicros, std::stop_token) override { return true; }
};

// Takes every partition from an offset on, and notes what it is told.
class NotingOwner final : public PartitionOwner {
 public:
  Result<std::vector<std::optional<std::int64_t>>> on_assigned(
      std::span<const StreamPartition> partitions) override {
    if (failing) return fail(ErrorCode::kIo, "the store is away");
    told.emplace_back("assigned");
    return std::vector<std::optional<std::int64_t>>(partitions.size(), start);
  }
  Status on_revoked(std::span<const StreamPartition>) override {
    told.emplace_back("revoked");
    return {};
  }
  void on_lost(std::span<const StreamPartition>) override { told.emplace_back("lost"); }

  std::optional<std::int64_t> start;
  bool failing = false;
  std::vector<std::string> told;
};

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "journal_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<JournalSink> sink() { return *JournalSink::open(folder_, "user-events", clock_); }
  std::unique_ptr<JournalSource> source(std::int64_t keep = 1'000'000) {
    auto source = *JournalSource::open(folder_, "user-events", keep);
    EXPECT_TRUE(source->subscribe(owner_));
    return source;
  }

  fs::path folder_;
  NotingOwner owner_;
  FixedClock clock_;
};

TEST_F(JournalTest, EventsComeBackInOrderWithPlaceAndTime) {
  const std::vector<std::string> events = {"a", std::string("b\0c", 3), ""};
  const auto positions = sink()->append(events);
  ASSERT_TRUE(positions) << positions.error().message();
  ASSERT_EQ(positions->size(), 3u);
  EXPECT_EQ(positions->at(2).offset, 2);
  EXPECT_EQ(positions->at(0).topic, "user-events");
  const auto records = source()->poll(10, milliseconds(0));
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(records->at(k).value, events[k]);
    EXPECT_EQ(records->at(k).offset, static_cast<std::int64_t>(k));
    EXPECT_EQ(records->at(k).record_time, 42'000'000);
  }
}

TEST_F(JournalTest, OffsetsGoOnAfterARestart) {
  ASSERT_TRUE(sink()->append(std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(sink()->append(std::vector<std::string>{"c"})->at(0).offset, 2);
}

TEST_F(JournalTest, ASourceGoesOnWhereItIsToldTo) {
  ASSERT_TRUE(sink()->append(std::vector<std::string>{"a", "b", "c"}));
  const auto reader = source();
  EXPECT_EQ(reader->poll(2, milliseconds(0))->size(), 2u);
  EXPECT_EQ(reader->poll(2, milliseconds(0))->at(0).value, "c");
  EXPECT_TRUE(reader->poll(2, milliseconds(0))->empty());
  ASSERT_TRUE(reader->seek({"user-events", 0}, 1));
  EXPECT_EQ(reader->poll(9, milliseconds(0))->at(0).value, "b");
  EXPECT_FALSE(reader->seek({"user-events", 1}, 0));
  EXPECT_FALSE(reader->seek({"others", 0}, 0));
}

TEST_F(JournalTest, AnOwnerWithoutAnOffsetGoesOnBehindWhatItAcknowledged) {
  ASSERT_TRUE(sink()->append(std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(journal_progress(folder_, "user-events")->committed, std::nullopt);
  {
    const auto reader = source();
    ASSERT_EQ(reader->poll(10, milliseconds(0))->size(), 3u);
    ASSERT_TRUE(reader->acknowledge({"user-events", 0}, 2));
    ASSERT_TRUE(reader->acknowledge({"user-events", 0}, 1)) << "a slower reader takes nothing back";
  }
  const auto records = source()->poll(10, milliseconds(0));
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ(records->at(0).value, "c");
  EXPECT_EQ(journal_progress(folder_, "user-events")->committed, 2);
}

TEST_F(JournalTest, AnOwnerWithAnOffsetKeepsItElsewhere) {
  ASSERT_TRUE(sink()->append(std::vector<std::string>{"a", "b"}));
  owner_.start = 1;
  const auto reader = source();
  ASSERT_EQ(reader->poll(10, milliseconds(0))->size(), 1u);
  ASSERT_TRUE(reader->acknowledge({"user-events", 0}, 2));
  EXPECT_EQ(journal_progress(folder_, "user-events")->committed, std::nullopt);
}

TEST_F(JournalTest, PollWaitsForTheFirstEvent) {
  const auto reader = source();
  std::jthread writer([&] {
    std::this_thread::sleep_for(milliseconds(30));
    ASSERT_TRUE(sink()->append(std::vector<std::string>{"late"}));
  });
  const auto records = reader->poll(10, milliseconds(10'000));
  ASSERT_TRUE(records);
  EXPECT_EQ(records->size(), 1u);
}

TEST_F(JournalTest, AppendsFromManyThreadsAndSinksEachGetTheirOwnPlaces) {
  const auto shared = sink();
  const auto other = sink();
  std::mutex mutex;
  std::set<std::int64_t> offsets;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int k = 0; k < 10; ++k) {
          const std::vector<std::string> events(static_cast<std::size_t>(1 + t % 3),
                                                std::to_string(t));
          const auto positions = (t % 2 == 0 ? shared : other)->append(events);
          const std::lock_guard lock(mutex);
          ASSERT_TRUE(positions) << positions.error().message();
          for (const auto& position : *positions)
            EXPECT_TRUE(offsets.insert(position.offset).second);
        }
      });
  }
  const auto records = source()->poll(1000, milliseconds(0));
  ASSERT_TRUE(records);
  EXPECT_EQ(records->size(), offsets.size());
  EXPECT_EQ(records->back().offset + 1, static_cast<std::int64_t>(offsets.size())) << "no gaps";
}

TEST_F(JournalTest, ForgetsAppliedEventsButNeverWaitingOnesNorTheOffset) {
  const auto writer = sink();
  ASSERT_TRUE(writer->append(std::vector<std::string>(5000, "x")));
  const auto reader = source(/*keep=*/100);
  ASSERT_TRUE(reader->poll(1, milliseconds(0)));
  ASSERT_TRUE(reader->acknowledge({"user-events", 0}, 4000));
  ASSERT_TRUE(reader->seek({"user-events", 0}, 0));
  EXPECT_EQ(reader->poll(1, milliseconds(0))->at(0).offset, 3900);
  const auto hasty = source(/*keep=*/0);
  ASSERT_TRUE(hasty->poll(1, milliseconds(0)));
  ASSERT_TRUE(hasty->acknowledge({"user-events", 0}, 5000));
  EXPECT_EQ(writer->append(std::vector<std::string>{"y"})->at(0).offset, 5000);
  const auto progress = journal_progress(folder_, "user-events");
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->begin, 4999);
  EXPECT_EQ(progress->end, 5001);
}

TEST_F(JournalTest, TheOwnerSaysWhereReadingBeginsAndIsToldWhenItEnds) {
  ASSERT_TRUE(sink()->append(std::vector<std::string>{"a", "b", "c"}));
  owner_.start = 2;
  const auto reader = source();
  EXPECT_FALSE(reader->at_end()) << "nothing is assigned yet";
  EXPECT_FALSE(reader->acknowledge({"user-events", 0}, 1)) << "nothing is assigned yet";
  EXPECT_TRUE(owner_.told.empty());
  EXPECT_EQ(reader->poll(1, milliseconds(0))->at(0).value, "c");
  EXPECT_FALSE(reader->at_end()) << "there could be more";
  EXPECT_TRUE(reader->poll(1, milliseconds(0))->empty());
  EXPECT_TRUE(reader->at_end());
  ASSERT_TRUE(reader->close());
  ASSERT_TRUE(reader->close());
  EXPECT_EQ(owner_.told, (std::vector<std::string>{"assigned", "revoked"}));
  EXPECT_EQ(reader->acknowledge({"user-events", 0}, 3).error().code, ErrorCode::kNotFound);
}

TEST_F(JournalTest, AnOwnerThatCannotSayWhereIsAskedAgain) {
  ASSERT_TRUE(sink()->append(std::vector<std::string>{"a"}));
  const auto reader = source();
  owner_.failing = true;
  EXPECT_EQ(reader->poll(1, milliseconds(0)).error().code, ErrorCode::kIo);
  owner_.failing = false;
  EXPECT_EQ(reader->poll(1, milliseconds(0))->size(), 1u);
}

TEST_F(JournalTest, APausedReaderGetsNothing) {
  ASSERT_TRUE(sink()->append(std::vector<std::string>{"a"}));
  const auto reader = source();
  reader->pause(true);
  EXPECT_TRUE(reader->poll(1, milliseconds(5))->empty());
  EXPECT_FALSE(reader->at_end());
  reader->pause(false);
  EXPECT_EQ(reader->poll(1, milliseconds(0))->size(), 1u);
}

TEST_F(JournalTest, TheProgressOfAnEmptyJournal) {
  const auto progress = journal_progress(folder_, "user-events");
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->begin, 0);
  EXPECT_EQ(progress->end, 0);
  EXPECT_EQ(progress->partition, (StreamPartition{"user-events", 0}));
  EXPECT_FALSE(progress->committed);
}

bool is_marked(std::string_view value) {
  return value.starts_with("planted-mark");
}

std::string bytes_below(const fs::path& folder) {
  std::string all;
  for (const auto& entry : fs::directory_iterator(folder)) all += *read_file(entry.path());
  return all;
}

TEST_F(JournalTest, ForgottenEventsAreGaps) {
  EXPECT_EQ(*count_in_journal(folder_, 99, is_marked), 0) << "without a journal";
  EXPECT_TRUE(forget_in_journal(folder_, 99, is_marked));
  EXPECT_FALSE(fs::exists(folder_ / "journal.db"));
  ASSERT_TRUE(sink()->append(
      std::vector<std::string>{"planted-mark 0", "b", "planted-mark 2", "d", "planted-mark 4"}));
  EXPECT_EQ(*count_in_journal(folder_, 4, is_marked), 2)
      << "what is not applied yet does not count";
  ASSERT_TRUE(forget_in_journal(folder_, 4, is_marked));
  EXPECT_EQ(*count_in_journal(folder_, 99, is_marked), 1);
  ASSERT_TRUE(forget_in_journal(folder_, 5, is_marked));
  EXPECT_EQ(bytes_below(folder_).find("planted-mark"), std::string::npos);

  EXPECT_EQ(journal_progress(folder_, "user-events")->end, 5) << "the newest carries the offset on";
  EXPECT_EQ(sink()->append(std::vector<std::string>{"f"})->at(0).offset, 5);
  NotingOwner owner;
  owner.start = 0;
  auto source = *JournalSource::open(folder_, "user-events", 1000);
  ASSERT_TRUE(source->subscribe(owner));
  const auto records = source->poll(10, milliseconds(0));
  ASSERT_TRUE(records);
  std::vector<std::pair<std::int64_t, std::string>> read;
  for (const StreamRecord& record : *records) read.emplace_back(record.offset, record.value);
  EXPECT_EQ(read, (std::vector<std::pair<std::int64_t, std::string>>{
                      {1, "b"}, {3, "d"}, {4, std::string(kForgottenEvent)}, {5, "f"}}));
}

}  // namespace
}  // namespace marquee
