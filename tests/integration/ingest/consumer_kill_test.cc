// Kills the real consumer at random moments while events keep arriving; afterwards nothing is lost
// and nothing counts twice.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "store/rating_store.h"
#include "stream/journal.h"
#include "tests/integration/ingest/program.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Few pairs, so that most events replace another; one in ten is not valid; some come with an older
// time.
std::string make_event(std::mt19937_64& random) {
  const auto draw = [&](int n) {
    return static_cast<int>(random() % static_cast<std::uint64_t>(n));
  };
  if (draw(10) == 0) return R"({"user_id": -1, "movie_id": 1, "rating": 3})";
  std::string event = fmt::format(R"({{"user_id": {}, "movie_id": {}, "rating": {})", 1 + draw(40),
                                  1 + draw(30), 0.5 * (1 + draw(10)));
  if (draw(2) == 0)
    event += fmt::format(R"(, "timestamp": "2020-01-{:02}T00:00:00Z")", 1 + draw(28));
  return event + "}";
}

class ConsumerKillTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "consumer_kill_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::int64_t applied(const fs::path& data_dir) {
    auto store = RatingStore::open(data_dir, sqlite::Access::kReadOnly);
    if (!store) return 0;
    const auto snapshot = store->snapshot();
    return snapshot && !snapshot->offsets.empty() ? snapshot->offsets[0].next_offset : 0;
  }

  static void wait_until_applied_beyond(const fs::path& data_dir, std::int64_t offset) {
    for (int k = 0; k < 3000 && applied(data_dir) <= offset; ++k)
      std::this_thread::sleep_for(milliseconds(10));
    EXPECT_GT(applied(data_dir), offset);
  }
  static std::vector<std::string> consume(const fs::path& data_dir) {
    return {"consume",         "--quiet", "--data-dir",
            data_dir.string(), "--set",   "stream.batch_events=25"};
  }
  static int consume_all(const fs::path& data_dir) {
    auto arguments = consume(data_dir);
    arguments.insert(arguments.end(), {"--exit-when-idle", "0.1"});
    return wait_for(start(arguments));
  }

  fs::path folder_;
};

void expect_same(RatingStore& killed, RatingStore& undisturbed) {
  const Snapshot a = *killed.snapshot(), b = *undisturbed.snapshot();
  EXPECT_EQ(to_json(a), to_json(b)) << "counters and offsets";
  EXPECT_EQ(*killed.read_ratings(a), *undisturbed.read_ratings(b));
  for (std::int64_t id = 1; id <= 40; ++id) {
    EXPECT_EQ(*killed.user_features(id), *undisturbed.user_features(id)) << "user " << id;
    EXPECT_EQ(*killed.movie_features(id), *undisturbed.movie_features(id)) << "movie " << id;
  }
  ASSERT_EQ(killed.dead_letter_counts()->size(), 1u);
  EXPECT_EQ(killed.dead_letter_counts()->at(0).count,
            undisturbed.dead_letter_counts()->at(0).count);
}

TEST_F(ConsumerKillTest, EndsWithTheRatingsOfAnUndisturbedRun) {
  const bool campaign = std::getenv("TEST_CAMPAIGN") != nullptr;
  const int wanted_kills = campaign ? 300 : 50;
  const std::uint64_t seed = campaign ? std::random_device{}() : 20260301;
  SCOPED_TRACE(fmt::format("seed {}", seed));
  const fs::path data_dir = folder_ / "killed", reference = folder_ / "undisturbed";
  SystemClock clock;
  std::atomic<std::int64_t> produced = 0;
  std::jthread producer([&](std::stop_token stop) {
    std::mt19937_64 random(seed);
    auto sink = JournalSink::open(data_dir, "user-events", clock);
    ASSERT_TRUE(sink);
    while (!stop.stop_requested()) {
      std::vector<std::string> events;
      for (int k = 0; k < 10; ++k) events.push_back(make_event(random));
      ASSERT_TRUE((*sink)->append(events));
      produced += 10;
      std::this_thread::sleep_for(milliseconds(2));
    }
  });

  std::mt19937_64 random(seed + 1);
  int kills = 0, starts = 0;
  double longest = 95'000;  // microseconds; grows where a build is so slow that nothing gets done
  std::int64_t last = 0;
  while (kills < wanted_kills) {
    ASSERT_LT(++starts, 20 * wanted_kills) << "the consumer gets nothing done";
    const pid_t pid = start(consume(data_dir));
    // From the first instructions to well into the work.
    std::this_thread::sleep_for(
        std::chrono::microseconds(5'000 + random() % static_cast<std::uint64_t>(longest)));
    ::kill(pid, SIGKILL);
    EXPECT_EQ(wait_for(pid), -SIGKILL);
    const std::int64_t now = applied(data_dir);
    if (now > last)
      ++kills;  // a kill counts when work was done since the one before
    else
      longest *= 1.02;
    EXPECT_GE(now, last) << "an offset went back";
    last = now;
  }
  producer.request_stop();
  producer.join();
  ASSERT_EQ(consume_all(data_dir), 0);
  EXPECT_EQ(applied(data_dir), produced);

  fs::create_directories(reference);
  for (const char* file : {"journal.db", "journal.db-wal"})
    if (fs::exists(data_dir / file)) fs::copy_file(data_dir / file, reference / file);
  ASSERT_EQ(consume_all(reference), 0);
  auto killed = RatingStore::open(data_dir, sqlite::Access::kReadOnly);
  auto undisturbed = RatingStore::open(reference, sqlite::Access::kReadOnly);
  ASSERT_TRUE(killed && undisturbed);
  expect_same(*killed, *undisturbed);
  RecordProperty("kills", kills);
  RecordProperty("events", static_cast<int>(produced.load()));
}

TEST_F(ConsumerKillTest, TwoConsumersAndAKillStillCountOnce) {
  const fs::path data_dir = folder_ / "killed", reference = folder_ / "undisturbed";
  SystemClock clock;
  std::mt19937_64 random(7);
  std::vector<std::string> events;
  for (int k = 0; k < 20'000; ++k) events.push_back(make_event(random));
  for (const fs::path& folder : {data_dir, reference}) {
    auto sink = JournalSink::open(folder, "user-events", clock);
    ASSERT_TRUE(sink && (*sink)->append(events));
  }
  const pid_t first = start(consume(data_dir)), second = start(consume(data_dir));
  wait_until_applied_beyond(data_dir, 0);
  ::kill(first, SIGKILL);
  EXPECT_EQ(wait_for(first), -SIGKILL);
  // What comes after the first's death is the second's work: it is up and has its signals set. The
  // offset is read only now, since the first went on working until it was gone.
  wait_until_applied_beyond(data_dir, applied(data_dir));
  ::kill(second, SIGTERM);
  EXPECT_EQ(wait_for(second), 0) << "SIGTERM is a clean end";
  ASSERT_EQ(consume_all(data_dir), 0);
  ASSERT_EQ(consume_all(reference), 0);
  auto killed = RatingStore::open(data_dir, sqlite::Access::kReadOnly);
  auto undisturbed = RatingStore::open(reference, sqlite::Access::kReadOnly);
  ASSERT_TRUE(killed && undisturbed);
  const Snapshot a = *killed->snapshot();
  EXPECT_EQ(a.offsets.at(0).next_offset, 20'000);
  // Record times differ by journal, so only events that carry their own time can be compared to the
  // letter.
  EXPECT_EQ(a.dead_letters, undisturbed->snapshot()->dead_letters);
  EXPECT_EQ(a.rating_count, undisturbed->snapshot()->rating_count);
}

}  // namespace
}  // namespace marquee
