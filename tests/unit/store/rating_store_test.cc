#include "store/rating_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <map>
#include <random>

#include "core/durable_file.h"
#include "store/schema.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

Provenance at(std::int64_t offset) {
  return {SourceKind::kStream, "user-events", 0, offset};
}

class RatingStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "rating_store_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    store_.emplace(*RatingStore::open(folder_, sqlite::Access::kReadWrite));
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }

  bool apply(const Rating& rating, const Provenance& source) {
    auto writer = store_->write();
    EXPECT_TRUE(writer) << writer.error().message();
    const auto changed = writer->apply(rating, source);
    EXPECT_TRUE(changed && writer->commit());
    return *changed;
  }
  std::vector<Rating> now() { return *store_->read_ratings(*store_->snapshot()); }

  fs::path folder_;
  std::optional<RatingStore> store_;
};

TEST_F(RatingStoreTest, TheGreaterInTheTotalOrderCounts) {
  EXPECT_TRUE(apply({1, 7, 4, 100}, at(5)));
  EXPECT_FALSE(apply({1, 7, 1, 99}, at(6))) << "older by event time, though it came later";
  EXPECT_TRUE(apply({1, 7, 2, 100}, at(7))) << "same time, later offset";
  EXPECT_FALSE(apply({1, 7, 2, 100}, at(7))) << "the same again";
  EXPECT_FALSE(apply({1, 7, 5, 100}, {SourceKind::kImport, "import:a", 0, 9}))
      << "imports come before the stream";
  EXPECT_FALSE(apply({1, 7, 5, kUnknownTime}, at(8))) << "unknown comes before every time";
  EXPECT_EQ(now(), (std::vector<Rating>{{1, 7, 2, 100}}));
}

TEST_F(RatingStoreTest, AnyOrderOfArrivalEndsInTheSame) {
  std::vector<std::pair<Rating, Provenance>> events;
  std::mt19937 random(4);
  for (int k = 0; k < 300; ++k)
    events.emplace_back(Rating{1 + k % 5, 1 + k % 7, 0.5f * static_cast<float>(1 + k % 10),
                               static_cast<TimeMicros>(random() % 50)},
                        at(k));
  std::vector<Rating> first;
  std::optional<UserFeatures> features;
  for (int round = 0; round < 3; ++round) {
    const fs::path folder = folder_ / std::to_string(round);
    auto store = RatingStore::open(folder, sqlite::Access::kReadWrite);
    auto writer = store->write();
    for (const auto& [rating, source] : events) ASSERT_TRUE(writer->apply(rating, source));
    ASSERT_TRUE(writer->commit());
    const auto ratings = store->read_ratings(*store->snapshot());
    const auto user = store->user_features(3);
    if (round == 0) {
      first = *ratings;
      features = *user;
    }
    EXPECT_EQ(*ratings, first);
    EXPECT_EQ((*user)->avg_rating, features->avg_rating);
    EXPECT_EQ((*user)->last_update, features->last_update);
    std::shuffle(events.begin(), events.end(), random);
  }
}

TEST_F(RatingStoreTest, FeaturesAreThoseOfTheRatingsThatCount) {
  apply({1, 7, 4, 100}, at(0));
  apply({1, 8, 2, 300}, at(1));
  apply({2, 7, 5, 200}, at(2));
  apply({1, 7, 3, 400}, at(3));  // a change of mind
  const auto user = store_->user_features(1);
  ASSERT_TRUE(user && *user);
  EXPECT_EQ(**user, (UserFeatures{1, 2.5, 2, 0.5, 400}));
  const auto movie = store_->movie_features(7);
  ASSERT_TRUE(movie && *movie);
  EXPECT_DOUBLE_EQ((*movie)->popularity, std::log1p((*movie)->rating_count));
  EXPECT_EQ(**movie, (MovieFeatures{7, 4, 2, (*movie)->popularity, 400}));
  EXPECT_EQ(*store_->user_features(99), std::nullopt);
  EXPECT_EQ(*store_->movie_features(99), std::nullopt);
}

TEST_F(RatingStoreTest, ASnapshotStaysWhatItWas) {
  auto writer = store_->write();
  for (MovieId movie = 1; movie <= 20; ++movie) {
    ASSERT_TRUE(writer->apply({1, movie, 3, 100}, at(movie)));
    ASSERT_TRUE(writer->put_movie(
        {.id = movie, .title = "First", .genres = {"Drama"}, .year = 1999, .tags = {}}));
  }
  ASSERT_TRUE(writer->commit());
  const Snapshot before = *store_->snapshot();
  const auto ratings = now();
  EXPECT_EQ(before.rating_count, 20);
  for (int round = 0; round < 3; ++round) {
    apply({1, 5, 5, 200 + round}, at(100 + round));
    apply({2, 5, 5, 200 + round}, at(200 + round));
  }
  auto second = store_->write();
  ASSERT_TRUE(*second->put_movie(
      {.id = 5, .title = "Second", .genres = {}, .year = 0, .tags = {"a|b", "\"q\""}}));
  ASSERT_TRUE(second->commit());
  EXPECT_EQ(*store_->read_ratings(before), ratings);
  EXPECT_EQ((*store_->read_movies(before))[4].title, "First");
  const auto movies = *store_->read_movies(*store_->snapshot());
  ASSERT_EQ(movies.size(), 20u);
  EXPECT_EQ(movies[4].tags, (std::vector<std::string>{"a|b", "\"q\""}));
  EXPECT_EQ(now().size(), 21u);
}

TEST_F(RatingStoreTest, APrunedSnapshotIsRefusedAndALaterOneIsExact) {
  apply({1, 5, 1, 100}, at(0));
  const Snapshot first = *store_->snapshot();
  apply({1, 5, 2, 200}, at(1));
  const Snapshot second = *store_->snapshot();
  apply({1, 5, 3, 300}, at(2));
  ASSERT_TRUE(store_->prune_history(second.sequence));
  const auto gone = store_->read_ratings(first);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*store_->read_ratings(second), (std::vector<Rating>{{1, 5, 2, 200}}));
}

TEST_F(RatingStoreTest, ABatchIsAllOrNothing) {
  {
    auto writer = store_->write();
    ASSERT_TRUE(writer->apply({1, 7, 4, 100}, at(0)));
    ASSERT_TRUE(writer->set_next_offset("user-events", 0, 1));
  }
  EXPECT_TRUE(now().empty());
  EXPECT_EQ(*store_->write()->next_offset("user-events", 0), 0);
  EXPECT_EQ(*store_->user_features(1), std::nullopt);
}

TEST_F(RatingStoreTest, KeepsOffsetsAndDeadLetters) {
  auto writer = store_->write();
  ASSERT_TRUE(writer->set_next_offset("user-events", 2, 17));
  const DeadLetter letter{at(3), 55, "malformed_json", "no brace", std::string("{\"a\0", 4)};
  ASSERT_TRUE(writer->add_dead_letter(letter));
  ASSERT_TRUE(writer->add_dead_letter(letter)) << "a replay";
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(*store_->write()->next_offset("user-events", 2), 17);
  const Snapshot snapshot = *store_->snapshot();
  EXPECT_EQ(snapshot.dead_letters, 1);
  ASSERT_EQ(snapshot.offsets.size(), 1u);
  EXPECT_EQ(snapshot.offsets[0].next_offset, 17);
  const auto counts = *store_->dead_letter_counts();
  ASSERT_EQ(counts.size(), 1u);
  EXPECT_EQ(counts[0].reason, "malformed_json");
}

TEST_F(RatingStoreTest, RepairFindsAndMendsWrongFeatures) {
  apply({1, 7, 4, 100}, at(0));
  apply({2, 7, 2, 100}, at(1));
  {
    auto database = sqlite::Database::open(folder_ / "marquee.db", sqlite::Access::kReadWrite);
    ASSERT_TRUE(
        database->execute("UPDATE user_features SET rating_sum = 99 WHERE user_id = 1;"
                          "INSERT INTO movie_features VALUES(50, 1, 1, 1, 1, 1, 1)"));
  }
  auto writer = store_->write();
  const auto repair = writer->repair_features();
  ASSERT_TRUE(repair && writer->commit());
  EXPECT_EQ(repair->users, 1);
  EXPECT_EQ(repair->movies, 1);
  EXPECT_EQ((*store_->user_features(1))->avg_rating, 4);
  EXPECT_EQ(*store_->movie_features(50), std::nullopt);
  auto again = store_->write();
  const auto nothing = again->repair_features();
  EXPECT_EQ(nothing->users + nothing->movies, 0);
}

TEST_F(RatingStoreTest, ASnapshotSurvivesJson) {
  apply({1, 7, 4, 100}, at(0));
  auto writer = store_->write();
  ASSERT_TRUE(writer->set_next_offset("user-events", 0, 1) && writer->commit());
  const Snapshot snapshot = *store_->snapshot();
  const auto again = snapshot_from_json(to_json(snapshot));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(snapshot));
  for (const char* bad :
       {"", "[]", "{}",
        R"({"sequence":-1,"rating_count":0,"accepted_events":0,"dead_letters":0,"offsets":[]})"})
    EXPECT_FALSE(snapshot_from_json(bad)) << bad;
}

TEST_F(RatingStoreTest, ANewerSchemaIsRefused) {
  store_.reset();
  {
    auto database = sqlite::Database::open(folder_ / "marquee.db", sqlite::Access::kReadWrite);
    ASSERT_TRUE(database->execute("PRAGMA user_version = 99"));
  }
  for (const auto access : {sqlite::Access::kReadWrite, sqlite::Access::kReadOnly}) {
    const auto store = RatingStore::open(folder_, access);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kUsage);
    EXPECT_NE(store.error().message().find("99"), std::string::npos);
  }
}

TEST_F(RatingStoreTest, AReaderOfNothingSaysWhatToDo) {
  const auto store = RatingStore::open(folder_ / "none", sqlite::Access::kReadOnly);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kNotFound);
  EXPECT_NE(store.error().mend.find("marquee import"), std::string::npos);
}

TEST_F(RatingStoreTest, AUsersRatingsComeNewestFirst) {
  apply({1, 7, 4, 100}, at(0));
  apply({1, 8, 4, 300}, at(1));
  apply({1, 9, 4, 200}, at(2));
  const auto ratings = *store_->ratings_of(1, 2);
  ASSERT_EQ(ratings.size(), 2u);
  EXPECT_EQ(ratings[0].movie, 8);
  EXPECT_EQ(ratings[1].movie, 9);
}

std::string bytes_below(const fs::path& folder) {
  std::string all;
  for (const auto& entry : fs::directory_iterator(folder)) all += *read_file(entry.path());
  return all;
}

// The users 1 and 2 with a rating each of movie 7; of user 1 alone another one, replaced once, and
// dead letters that bear a mark.
class ForgettingTest : public RatingStoreTest {
 protected:
  void SetUp() override {
    RatingStoreTest::SetUp();
    apply({1, 7, 4, 100}, at(0));
    apply({2, 7, 2, 50}, at(1));
    apply({1, 8, 3, 60}, at(2));
    apply({1, 8, 5, 70}, at(3));
    auto writer = store_->write();
    for (std::int64_t offset = 10; offset < 110; ++offset)
      ASSERT_TRUE(writer->add_dead_letter(
          {at(offset), 1, "wrong_type", "", offset % 2 == 0 ? kMarked : "{}"}));
    ASSERT_TRUE(writer->commit());
  }
  static bool is_marked(std::string_view payload) { return payload == kMarked; }

  static inline const std::string kMarked = "planted-mark-of-user-1";
  const UserId gone_[1] = {1};
};

TEST_F(ForgettingTest, CountsEveryTrace) {
  const auto traces = store_->traces_of(gone_, is_marked);
  ASSERT_TRUE(traces) << traces.error().message();
  EXPECT_EQ(traces->ratings, 2);
  EXPECT_EQ(traces->superseded, 1);
  EXPECT_EQ(traces->features, 1);
  EXPECT_EQ(traces->dead_letters, 50);
}

TEST_F(ForgettingTest, RemovesThemAndCountsTheRestAnew) {
  const Snapshot before = *store_->snapshot();
  for (int again = 0; again < 2; ++again) {
    const Status done = store_->forget(gone_, is_marked);
    ASSERT_TRUE(done) << done.error().message();
    const auto traces = *store_->traces_of(gone_, is_marked);
    EXPECT_EQ(traces.ratings + traces.superseded + traces.features + traces.dead_letters, 0);
    EXPECT_EQ(now(), (std::vector<Rating>{{2, 7, 2, 50}}));
    EXPECT_EQ(*store_->read_ratings(before), now()) << "an older snapshot gives what is left";
    EXPECT_EQ(store_->snapshot()->rating_count, 1);
    EXPECT_EQ(store_->movie_features(7)->value().rating_count, 1);
    EXPECT_EQ(store_->movie_features(7)->value().last_update, 50);
    EXPECT_EQ(*store_->movie_features(8), std::nullopt) << "nobody else rated it";
    EXPECT_EQ(store_->dead_letter_counts()->at(0).count, 50);
  }
  EXPECT_TRUE(apply({1, 7, 3, 10}, at(200))) << "somebody new";
  EXPECT_EQ(now().size(), 2U);
}

TEST_F(ForgettingTest, LeavesNoByteInTheFiles) {
  ASSERT_NE(bytes_below(folder_).find(kMarked), std::string::npos);
  ASSERT_TRUE(store_->forget(gone_, is_marked));
  EXPECT_EQ(bytes_below(folder_).find(kMarked), std::string::npos);
}

TEST_F(ForgettingTest, ScrubsWhatWasDeletedEarlierToo) {
  auto other = sqlite::Database::open(folder_ / "marquee.db", sqlite::Access::kReadWrite);
  ASSERT_TRUE(other->execute("PRAGMA secure_delete=OFF; DELETE FROM dead_letters"));
  ASSERT_NE(bytes_below(folder_).find(kMarked), std::string::npos);
  ASSERT_TRUE(store_->forget(gone_, is_marked)) << "another connection is open, but idle";
  EXPECT_EQ(bytes_below(folder_).find(kMarked), std::string::npos);
}

}  // namespace
}  // namespace marquee
