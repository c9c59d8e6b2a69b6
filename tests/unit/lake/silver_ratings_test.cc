#include "lake/silver_ratings.h"

#include <gmock/gmock.h>

#include "tests/unit/lake/memory_store.h"
#include "tests/unit/lake/plain_events.h"
#include "tests/unit/lake/store_wrapper.h"

namespace marquee {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr TimeMicros kDay = 86'400 * kMicrosPerSecond;
constexpr TimeMicros kStart = 20'000 * kDay;
const std::string kTopic = "user-events";
const std::string kImport = "import:1f";

class SilverRatingsTest : public testing::Test {
 protected:
  // Two days of two users and three movies: re-ratings, late ones, ties, an import without times.
  std::vector<PlainEvent> some_events() const {
    return {event(1, 10, 3, kUnknownTime, 2, 0, kImport),
            event(1, 11, 2, kUnknownTime, 3, 0, kImport),
            event(2, 10, 5, kStart, 4, 0, kImport),
            event(1, 10, 4, kStart, 0),
            event(2, 10, 1, kStart, 0, 1),     // ties with the import: the stream wins
            event(1, 10, 2.5, kStart + 5, 1),  // a later rating
            event(1, 10, 0.5, kStart + 4, 2),  // comes late, counts for nothing
            event(2, 12, 4.5, kStart + kDay, 1, 1),
            event(2, 12, 3.5, kStart + kDay, 3),  // ties with partition 1, which wins
            event(1, 12, 1.5, kStart + kDay, 4)};
  }
  static OffsetVector all() { return {{kImport, 0, 5}, {kTopic, 0, 5}, {kTopic, 1, 2}}; }
  static OffsetVector early() { return {{kImport, 0, 5}, {kTopic, 0, 1}, {kTopic, 1, 1}}; }

  Compaction compact(const OffsetVector& offsets) {
    auto compacted = compact_ratings(*store_, offsets, options_);
    EXPECT_TRUE(compacted) << compacted.error().message();
    return compacted.value_or(Compaction{});
  }
  std::vector<Rating> read(const OffsetVector& offsets) {
    auto read = read_ratings_as_of(*store_, offsets, options_);
    EXPECT_TRUE(read) << read.error().message();
    return read ? std::move(read->ratings) : std::vector<Rating>{};
  }
  PlainTotalsMap totals(const OffsetVector& offsets) {
    const auto topics = topics_of(offsets);
    PlainTotalsMap map;
    EXPECT_TRUE(
        read_event_totals(*store_, offsets, options_, [&](const EventTotals& row) -> Status {
          map[{row.is_movie, row.id, topics[static_cast<std::size_t>(row.topic)], row.partition}] =
              {row.count, row.sum, row.square_sum, row.last_update};
          return {};
        }));
    return map;
  }
  std::vector<std::string> keys() {
    std::vector<std::string> keys;
    const auto objects = store_->list("silver/").value();
    for (const ObjectInfo& object : objects) keys.push_back(object.key);
    return keys;
  }
  std::string bytes_of(const std::vector<PartFile>& files) {
    std::string bytes;
    for (const PartFile& file : files) bytes += store_->get(file.key).value();
    return bytes;
  }

  std::unique_ptr<ObjectStore> store_ = std::make_unique<MemoryStore>();
  CompactionOptions options_;
};

TEST_F(SilverRatingsTest, WithoutOffsetsThereIsNothingToDo) {
  EXPECT_FALSE(compact({}).changed);
  EXPECT_TRUE(keys().empty());
  EXPECT_TRUE(read({}).empty());
}

TEST_F(SilverRatingsTest, TheGreatestEventOfEachPairCounts) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  const Compaction compacted = compact(all());
  EXPECT_TRUE(compacted.changed);
  EXPECT_EQ(compacted.new_events, 10);
  EXPECT_EQ(compacted.manifest.version, 1);
  EXPECT_EQ(compacted.manifest.events, 10);
  EXPECT_EQ(compacted.manifest.offsets, all());
  EXPECT_THAT(read(all()), ElementsAre(Rating{1, 10, 2.5, kStart + 5}, Rating{1, 11, 2},
                                       Rating{1, 12, 1.5, kStart + kDay}, Rating{2, 10, 1, kStart},
                                       Rating{2, 12, 4.5, kStart + kDay}));
}

TEST_F(SilverRatingsTest, AScanAndAMergeGiveTheSame) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  const auto from_bronze = read_ratings_as_of(*store_, all(), options_).value();
  compact(early());
  EXPECT_EQ(read(early()), plain_ratings(some_events(), early()));
  const auto merged = read_ratings_as_of(*store_, all(), options_).value();
  compact(all());
  const auto scanned = read_ratings_as_of(*store_, all(), options_).value();
  EXPECT_EQ(scanned.ratings, plain_ratings(some_events(), all()));
  EXPECT_EQ(merged.ratings, scanned.ratings);
  EXPECT_EQ(from_bronze.ratings, scanned.ratings);
  EXPECT_EQ(merged.events, 10);
  EXPECT_EQ(from_bronze.events, 10);
  EXPECT_EQ(scanned.events, 10);
}

TEST_F(SilverRatingsTest, AnEarlierPointIsReadWhenLaterOnesAreCompacted) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  compact(all());
  EXPECT_EQ(read(early()), plain_ratings(some_events(), early()));
}

TEST_F(SilverRatingsTest, StepsGiveTheBytesOfOneGo) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  const RatingManifest one = compact(all()).manifest;
  const std::string ratings = bytes_of(one.files), totals = bytes_of(one.totals);
  for (const std::string& key : keys()) ASSERT_TRUE(store_->remove(key));
  compact({{kTopic, 0, 3}});
  compact(early());
  const RatingManifest stepped = compact(all()).manifest;
  EXPECT_EQ(stepped.version, 3);
  EXPECT_EQ(bytes_of(stepped.files), ratings);
  EXPECT_EQ(bytes_of(stepped.totals), totals);
}

TEST_F(SilverRatingsTest, TotalsCountEveryEvent) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  compact(early());
  EXPECT_EQ(totals(early()), plain_totals(some_events(), early()));
  EXPECT_EQ(totals(all()), plain_totals(some_events(), all()));
  compact(all());
  EXPECT_EQ(totals(all()), plain_totals(some_events(), all()));
}

TEST_F(SilverRatingsTest, AskingAgainChangesNothing) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  compact(all());
  const auto before = keys();
  EXPECT_FALSE(compact(all()).changed);
  EXPECT_FALSE(compact(early()).changed);
  EXPECT_EQ(keys(), before);
}

TEST_F(SilverRatingsTest, OffsetsWithoutEventsMoveOnWithTheSameFiles) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  const RatingManifest before = compact(all()).manifest;
  OffsetVector later = all();
  later[1].next_offset = 9;  // dead letters, say
  const RatingManifest after = compact(later).manifest;
  EXPECT_EQ(after.version, 2);
  EXPECT_EQ(after.files, before.files);
  EXPECT_EQ(after.rows, before.rows);
  EXPECT_EQ(after.events, before.events);
  EXPECT_EQ(read(later), read(all()));
}

TEST_F(SilverRatingsTest, ATopicThatSortsBetweenRenumbersTheOthers) {
  std::vector<PlainEvent> events = some_events();
  ASSERT_TRUE(put_bronze(*store_, events));
  compact(all());
  // As late as the stream's event and of a lesser topic; then of a greater one.
  events.push_back(event(1, 10, 1, kStart + 5, 0, 0, "access-log"));
  events.push_back(event(2, 12, 2, kStart + kDay, 0, 0, "zz"));
  ASSERT_TRUE(put_bronze(*store_, {events.end() - 2, events.end()}));
  const OffsetVector offsets = united(all(), {{"access-log", 0, 1}, {"zz", 0, 1}});
  const RatingManifest manifest = compact(offsets).manifest;
  EXPECT_THAT(manifest.topics, ElementsAre(kImport, "access-log", kTopic, "zz"));
  EXPECT_EQ(read(offsets), plain_ratings(events, offsets));
  EXPECT_EQ(totals(offsets), plain_totals(events, offsets));
}

TEST_F(SilverRatingsTest, LongTablesBecomeSeveralFiles) {
  std::vector<PlainEvent> events;
  for (std::int64_t k = 0; k < 300'000; ++k)
    events.push_back(event(1 + k % 50'000, 1 + k / 50'000, 3, kStart + k, k));
  ASSERT_TRUE(put_bronze(*store_, events));
  options_.rows_per_file = 131'072;
  options_.threads = 2;
  const OffsetVector offsets = {{kTopic, 0, 300'000}};
  const RatingManifest manifest = compact(offsets).manifest;
  ASSERT_EQ(manifest.files.size(), 3U);
  EXPECT_EQ(manifest.files[0].rows, 131'072);
  EXPECT_EQ(manifest.files[2].rows, 300'000 - 2 * 131'072);
  EXPECT_EQ(read(offsets), plain_ratings(events, offsets));
  EXPECT_TRUE(check_ratings(*store_, manifest));
}

// Killed before its n-th change, for every n: the old version stays whole, and going on gives what
// would have been.
TEST_F(SilverRatingsTest, ACrashAtAnyChangeLeavesTheOldVersion) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  compact(early());
  const auto old = read(early());
  StoreWrapper failing(*store_);
  int crashes = 0;
  for (int survived = 0;; ++survived) {
    failing.changes = 0;
    failing.before_change = [&](std::string_view key) -> Status {
      if (failing.changes <= survived) return {};
      return fail(ErrorCode::kUnavailable, "no power", std::string(key));
    };
    if (compact_ratings(failing, all(), options_)) break;
    ++crashes;
    ASSERT_EQ(present_manifest(*store_)->manifest.version, 1);
    ASSERT_EQ(read(early()), old);
    ASSERT_TRUE(check_ratings(*store_, present_manifest(*store_)->manifest));
  }
  EXPECT_EQ(crashes, 4);  // totals, ratings, the old manifest's copy, the manifest
  EXPECT_EQ(read(all()), plain_ratings(some_events(), all()));
  EXPECT_EQ(read(early()), old);
}

TEST_F(SilverRatingsTest, OfTwoCompactorsTheSecondLosesAndItsFilesAreSwept) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  compact({{kTopic, 0, 1}});
  StoreWrapper slow(*store_);
  slow.before_change = [&](std::string_view key) -> Status {
    if (key == kRatingManifestKey && present_manifest(*store_)->manifest.version == 1)
      compact(early());
    return {};
  };
  const auto lost = compact_ratings(slow, all(), options_);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::kConflict);
  EXPECT_EQ(read(early()), plain_ratings(some_events(), early()));
  const std::size_t with_orphans = keys().size();
  EXPECT_EQ(sweep_ratings(*store_, 3, [](const auto&) { return false; }), 2);
  EXPECT_EQ(keys().size(), with_orphans - 2);
  EXPECT_EQ(read(early()), plain_ratings(some_events(), early()));
  EXPECT_TRUE(compact(all()).changed);
  EXPECT_EQ(read(all()), plain_ratings(some_events(), all()));
}

TEST_F(SilverRatingsTest, AnAnswerThatGotLostIsNoConflict) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  StoreWrapper deaf(*store_);
  deaf.after_put_if = [](std::string_view key) -> Status {
    return fail(ErrorCode::kConflict, "the repeat met its own first try", std::string(key));
  };
  const auto compacted = compact_ratings(deaf, all(), options_);
  ASSERT_TRUE(compacted) << compacted.error().message();
  EXPECT_EQ(present_manifest(*store_)->manifest, compacted->manifest);
}

TEST_F(SilverRatingsTest, SweepsAllButTheNewestVersionsAndThoseInUse) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  std::vector<OffsetVector> steps;
  for (std::int64_t next = 1; next <= 5; ++next) {
    steps.push_back({{kTopic, 0, next}});
    compact(steps.back());
  }
  ASSERT_TRUE(sweep_ratings(*store_, 2,
                            [](const RatingManifest& manifest) { return manifest.version == 1; }));
  std::vector<std::int64_t> versions;
  const auto left = all_manifests(*store_).value();
  for (const RatingManifest& manifest : left) {
    versions.push_back(manifest.version);
    EXPECT_TRUE(check_ratings(*store_, manifest));
  }
  EXPECT_THAT(versions, ElementsAre(5, 4, 1));
  for (const OffsetVector& step : steps) EXPECT_EQ(read(step), plain_ratings(some_events(), step));
}

TEST_F(SilverRatingsTest, SweepingLeavesWhatALaterCompactionWrites) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  compact(early());
  StoreWrapper swept(*store_);
  swept.before_change = [&](std::string_view key) -> Status {
    if (key != kRatingManifestKey) return {};
    EXPECT_EQ(sweep_ratings(*store_, 1, [](const auto&) { return false; }), 0);
    return {};
  };
  const auto compacted = compact_ratings(swept, all(), options_);
  ASSERT_TRUE(compacted);
  EXPECT_TRUE(check_ratings(*store_, compacted->manifest));
}

TEST_F(SilverRatingsTest, SaysWhichFileIsMissingOrCut) {
  ASSERT_TRUE(put_bronze(*store_, some_events()));
  const RatingManifest manifest = compact(all()).manifest;
  ASSERT_TRUE(check_ratings(*store_, manifest));
  const std::string& key = manifest.files.front().key;
  const std::string bytes = store_->get(key).value();
  ASSERT_TRUE(store_->put(key, bytes.substr(0, bytes.size() - 1)));
  const auto found = check_ratings(*store_, manifest);
  ASSERT_FALSE(found);
  const auto read = read_ratings_as_of(*store_, all(), options_);
  ASSERT_FALSE(read);
  for (const Error& error : {found.error(), read.error()}) {
    EXPECT_EQ(error.code, ErrorCode::kCorrupt);
    EXPECT_THAT(error.where, HasSubstr(key));
  }
  ASSERT_TRUE(store_->remove(key));
  EXPECT_THAT(check_ratings(*store_, manifest).error().where, HasSubstr(key));
}

}  // namespace
}  // namespace marquee
