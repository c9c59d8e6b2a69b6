#include "stream/journal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <set>
#include <thread>

namespace marquee {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class FixedClock final : public Clock {
 public:
  TimeMicros now() const override { return 42'000'000; }
  bool sleep_until(TimeMicros, std::stop_token) override { return true; }
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
  std::unique_ptr<JournalSource> source(std::int64_t keep = 1'000'000) const {
    return *JournalSource::open(folder_, "user-events", keep);
  }

  fs::path folder_;
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
  ASSERT_TRUE(reader->acknowledge({"user-events", 0}, 4000));
  ASSERT_TRUE(reader->seek({"user-events", 0}, 0));
  EXPECT_EQ(reader->poll(1, milliseconds(0))->at(0).offset, 3900);
  ASSERT_TRUE(source(/*keep=*/0)->acknowledge({"user-events", 0}, 5000));
  EXPECT_EQ(writer->append(std::vector<std::string>{"y"})->at(0).offset, 5000);
}

}  // namespace
}  // namespace marquee
