// Fails, or ends the program at, every single change it makes to its files. Whatever happened, the
// next undisturbed run ends with the data of a run that nothing had disturbed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>

#include "core/durable_file.h"
#include "store/rating_store.h"
#include "stream/journal.h"
#include "tests/integration/ingest/program.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

// Everything in a store that a person could ask for.
struct Contents {
  std::vector<Rating> ratings;
  std::vector<Movie> movies;
  std::vector<std::optional<UserFeatures>> users;
  std::vector<std::optional<MovieFeatures>> movie_features;
  std::vector<std::pair<std::string, std::int64_t>> dead_letters;
  std::int64_t next_offset = 0;

  friend bool operator==(const Contents&, const Contents&) = default;
};

constexpr std::int64_t kUsers = 12;
constexpr std::int64_t kMovies = 15;

Contents contents_of(const fs::path& data_dir) {
  auto store = RatingStore::open(data_dir, sqlite::Access::kReadWrite);
  EXPECT_TRUE(store) << store.error().message();
  if (!store) return {};
  const Snapshot snapshot = *store->snapshot();
  Contents contents{.ratings = *store->read_ratings(snapshot),
                    .movies = *store->read_movies(snapshot),
                    .users = {},
                    .movie_features = {},
                    .dead_letters = {},
                    .next_offset = snapshot.offsets.empty() ? 0 : snapshot.offsets[0].next_offset};
  for (UserId user = 1; user <= kUsers; ++user)
    contents.users.push_back(*store->user_features(user));
  for (MovieId movie = 1; movie <= kMovies; ++movie)
    contents.movie_features.push_back(*store->movie_features(movie));
  const auto dead_letters = *store->dead_letter_counts();
  for (const auto& letters : dead_letters)
    contents.dead_letters.emplace_back(letters.reason, letters.count);
  return contents;
}

class DiskFaultTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "disk_fault_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Runs `command` once for every change it makes, each time in a fresh data dir that `prepare` has
  // filled and with that change disturbed, and then undisturbed.
  void disturb_each_change(const std::vector<std::string>& command,
                           const std::function<void(const fs::path&)>& prepare, int step) {
    prepare(folder_ / "undisturbed");
    ASSERT_EQ(run(command, folder_ / "undisturbed", {}), 0);
    const Contents wanted = contents_of(folder_ / "undisturbed");
    ASSERT_FALSE(wanted.ratings.empty());
    int nth = 1, failures = 0;
    for (bool reached = true; reached; nth += step) {
      SCOPED_TRACE(fmt::format("{} disturbed ({}) at change {}", command[0], GetParam(), nth));
      const fs::path data_dir = folder_ / "disturbed";
      prepare(data_dir);
      const int exit_code = run(command, data_dir, fault(data_dir, nth));
      reached = changes() >= nth;
      check_exit(exit_code, reached);
      failures += exit_code != 0 ? 1 : 0;
      if (exit_code == 0) {
        ASSERT_EQ(contents_of(data_dir), wanted) << "it said that all is done";
      }
      ASSERT_EQ(run(command, data_dir, {}), 0);
      ASSERT_EQ(contents_of(data_dir), wanted);
      fs::remove_all(data_dir);
    }
    EXPECT_GT(nth, 30) << "too few changes to be true";
    RecordProperty("changes", nth);
    RecordProperty("failures", failures);
    EXPECT_GT(failures, 0) << "no fault was ever felt";
  }

  int run(std::vector<std::string> command, const fs::path& data_dir,
          std::map<std::string, std::string> environment) const {
    command.insert(command.end(), {"--quiet", "--data-dir", data_dir.string()});
    return wait_for(start(
        command, {.environment = std::move(environment), .out = {}, .error = folder_ / "error"}));
  }

  fs::path folder_;

 private:
  std::map<std::string, std::string> fault(const fs::path& data_dir, int nth) const {
    return {{"LD_PRELOAD", FAULT_LIBRARY},
            {"FAULT_PREFIX", data_dir.string() + "/"},
            {"FAULT_CALL", "all"},
            {"FAULT_AT", std::to_string(nth)},
            {"FAULT_ERRNO", GetParam() == "kill" ? "KILL" : "ENOSPC"},
            {"FAULT_STICKY", GetParam() == "from" ? "1" : "0"},
            {"FAULT_COUNT_FILE", (folder_ / "count").string()}};
  }
  // How many changes the last disturbed run came to.
  int changes() const {
    const auto text = read_file(folder_ / "count");
    EXPECT_TRUE(text) << "the library was not loaded";
    return text ? std::atoi(text->c_str()) : 0;
  }
  void check_exit(int exit_code, bool reached) const {
    if (!reached) {
      EXPECT_EQ(exit_code, 0);
    } else if (GetParam() == "kill") {
      EXPECT_EQ(exit_code, -SIGKILL);
    } else if (exit_code != 0) {
      EXPECT_EQ(exit_code, 1);
      const std::string told = *read_file(folder_ / "error");
      EXPECT_NE(told.find((folder_ / "disturbed").string()), std::string::npos) << told;
    }
  }
};

TEST_P(DiskFaultTest, AnImportIsWholeOrNotThere) {
  const fs::path data = folder_ / "files";
  fs::create_directories(data);
  std::string ratings = "user_id,movie_id,rating,timestamp\n";
  for (int k = 0; k < 60; ++k)
    ratings += fmt::format("{},{},{},{}\n", 1 + k % kUsers, 1 + k % kMovies, 1 + k % 5, 1000 + k);
  std::string movies = "movie_id,title,genres\n";
  for (int m = 1; m <= kMovies; ++m) movies += fmt::format("{},Movie {},Drama|War\n", m, m);
  ASSERT_TRUE(write_file_durably(data / "ratings.csv", ratings));
  ASSERT_TRUE(write_file_durably(data / "movies.csv", movies));
  disturb_each_change(
      {"import", "--ratings", (data / "ratings.csv").string(), "--movies",
       (data / "movies.csv").string()},
      [](const fs::path& data_dir) { fs::create_directories(data_dir); }, 1);
}

TEST_P(DiskFaultTest, EveryEventIsAppliedOnce) {
  std::vector<std::string> events;
  for (int k = 0; k < 60; ++k)
    events.push_back(k % 9 == 8 ? "not an event"
                                : fmt::format(R"({{"user_id":{},"movie_id":{},"rating":{}}})",
                                              1 + k % kUsers, 1 + k * 7 % kMovies, 1 + k % 5));
  SystemClock clock;
  ASSERT_TRUE((*JournalSink::open(folder_ / "stream", "user-events", clock))->append(events));
  // A disk that stays full keeps the consumer trying for seconds, so fewer changes are tried there.
  const bool slow = GetParam() == "from" && std::getenv("TEST_CAMPAIGN") == nullptr;
  disturb_each_change(
      {"consume", "--exit-when-idle", "0.01", "--set", "stream.batch_events=20"},
      [&](const fs::path& data_dir) {
        fs::create_directories(data_dir);
        fs::copy_file(folder_ / "stream" / "journal.db", data_dir / "journal.db");
      },
      slow ? 9 : 1);
}

// One change fails; it and all after it fail, as on a full disk; the program is killed there.
INSTANTIATE_TEST_SUITE_P(Kinds, DiskFaultTest, testing::Values("once", "from", "kill"),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace marquee
