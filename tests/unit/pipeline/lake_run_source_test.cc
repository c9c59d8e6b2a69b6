#include "pipeline/lake_run_source.h"

#include <gmock/gmock.h>

#include "core/log.h"
#include "lake/catalogue.h"
#include "lake/import_events.h"
#include "tests/unit/lake/memory_store.h"
#include "tests/unit/lake/plain_events.h"
#include "tests/unit/lake/store_wrapper.h"
#include "tests/unit/pipeline/simulated_clock.h"

namespace marquee {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr TimeMicros kStart = 1'700'000'000 * kMicrosPerSecond;
const std::string kTopic = "user-events";

class LakeRunSourceTest : public testing::Test {
 protected:
  LakeRunSourceTest() : clock_(kStart) {
    spdlog::set_level(spdlog::level::off);
    config_.storage.mode = "aws";
    stream_ = {{{kTopic, 0}, 0, 3, 3}, {{kTopic, 1}, 0, 2, 2}};
  }

  std::unique_ptr<LakeRunSource> source() {
    LakeSurroundings surroundings;
    surroundings.stream = [this]() -> Result<std::vector<StreamProgress>> {
      ++asked_;
      if (on_asked_) on_asked_();
      return stream_;
    };
    surroundings.put_nightly = [this](const NightlyFeatures& features,
                                      const LakeProgress&) -> Status {
      if (on_put_) std::exchange(on_put_, {})();
      as_of_ = features.as_of;
      user_totals_.assign(features.user_totals.begin(), features.user_totals.end());
      movie_totals_.assign(features.movie_totals.begin(), features.movie_totals.end());
      topics_.assign(features.topics.begin(), features.topics.end());
      return {};
    };
    surroundings.prune_running = [this](const OffsetVector& night, const OffsetVector& removable) {
      compared_below_ = night;
      removed_below_ = removable;
      return Result<FeatureRepair>({.users = 1, .movies = 2});
    };
    surroundings.drop_running_deltas = [this](ObjectStore&, const OffsetVector& below) -> Status {
      dropped_below_ = below;
      return {};
    };
    return std::make_unique<LakeRunSource>(config_, clock_, std::make_unique<StoreWrapper>(store_),
                                           std::move(surroundings));
  }
  Snapshot snapshot(LakeRunSource& source) {
    auto taken = source.take_snapshot({});
    EXPECT_TRUE(taken) << taken.error().message();
    return taken.value_or(Snapshot{});
  }
  void take_one_more_event() {
    ASSERT_TRUE(put_bronze(store_, {event(1, 10, 1, kStart + 9, 3)}));
    stream_[0].end = stream_[0].committed.emplace(4);
  }
  static std::vector<PlainEvent> first_day() {
    return {event(1, 10, 3, kStart, 0), event(1, 11, 4, kStart + 1, 1),
            event(2, 10, 2, kStart + 2, 2), event(1, 10, 5, kStart + 3, 0, 1),
            event(3, 12, 1, kStart + 4, 1, 1)};
  }
  static OffsetVector first_offsets() { return {{kTopic, 0, 3}, {kTopic, 1, 2}}; }

  MemoryStore store_;
  Config config_;
  SimulatedClock clock_;
  std::vector<StreamProgress> stream_;
  int asked_ = 0;
  std::function<void()> on_asked_, on_put_;
  OffsetVector as_of_, compared_below_, removed_below_, dropped_below_;
  std::vector<EventTotals> user_totals_, movie_totals_;
  std::vector<std::string> topics_;
};

TEST_F(LakeRunSourceTest, ASnapshotHoldsEndsImportsAndVersions) {
  ASSERT_TRUE(put_bronze(store_, first_day()));
  ASSERT_TRUE(import_events(store_, std::vector<FileRating>{{{7, 10, 4, kStart}, 5}}, "ab", {}, 1));
  ASSERT_TRUE(merge_catalogue(
      store_, std::vector<Movie>{{.id = 10, .title = "Heat", .genres = {}, .tags = {}}}));
  ASSERT_TRUE(compact_ratings(store_, {{kTopic, 0, 1}}, {}));
  const auto lake = source();
  const Snapshot taken = snapshot(*lake);
  EXPECT_THAT(taken.offsets,
              ElementsAre(Snapshot::Offset{"import:ab", 0, 6}, Snapshot::Offset{kTopic, 0, 3},
                          Snapshot::Offset{kTopic, 1, 2}));
  EXPECT_EQ(taken.sequence, 11);
  EXPECT_EQ(taken.manifest_version, 1);
  EXPECT_EQ(lake->read_movies(taken).value().size(), 1U);
  const auto ratings = lake->read_ratings(taken).value();
  EXPECT_EQ(ratings.size(), 5U);
  const auto again = snapshot_from_json(to_json(taken));
  ASSERT_TRUE(again);
  EXPECT_TRUE(same_data(*again, taken));
  EXPECT_EQ(again->manifest_version, 1);
  EXPECT_EQ(again->catalogue_version, taken.catalogue_version);
}

TEST_F(LakeRunSourceTest, WaitsUntilTheConsumersHaveWhatWasThere) {
  stream_[0].committed = 1;
  on_asked_ = [this] {
    stream_[0].end += 10;  // producers go on
    if (asked_ == 4) stream_[0].committed = 13;
  };
  const auto lake = source();
  const Snapshot taken = snapshot(*lake);
  EXPECT_EQ(taken.offsets[0].next_offset, 13) << "the end when it was first asked";
  EXPECT_EQ(asked_, 4);
  EXPECT_EQ(clock_.now(), kStart + 2 * kMicrosPerSecond);
}

TEST_F(LakeRunSourceTest, SaysThatNoConsumerRuns) {
  stream_[1].committed = std::nullopt;
  config_.ingest.snapshot_wait_seconds = 30;
  const auto taken = source()->take_snapshot({});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(taken.error().what, HasSubstr("2 events were not consumed within 30 s"));
  EXPECT_THAT(taken.error().where, HasSubstr("partition 1 of user-events is at 0 of 2"));
  EXPECT_EQ(clock_.now(), kStart + 30 * kMicrosPerSecond);
}

TEST_F(LakeRunSourceTest, APartitionThatForgotEverythingIsWaitedForNoLonger) {
  stream_[1] = {{kTopic, 1}, 2, 2, std::nullopt};
  ASSERT_TRUE(put_bronze(store_, first_day()));
  EXPECT_TRUE(source()->take_snapshot({}));
}

TEST_F(LakeRunSourceTest, FeaturesCompactAndHandOnTotalsOfStreams) {
  ASSERT_TRUE(put_bronze(store_, first_day()));
  ASSERT_TRUE(import_events(store_, std::vector<FileRating>{{{1, 10, 4, kStart}, 5}}, "ab", {}, 1));
  const auto lake = source();
  const Snapshot taken = snapshot(*lake);
  const std::vector<UserFeatures> users = {{.user = 1, .rating_count = 2}};
  const std::vector<MovieFeatures> movies = {{.movie = 10, .rating_count = 2}};
  const auto repaired = lake->write_features(taken, users, movies, {});
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_EQ(repaired->users, 1);
  EXPECT_EQ(repaired->movies, 2);
  const OffsetVector offsets = united(first_offsets(), {{"import:ab", 0, 6}});
  EXPECT_EQ(present_manifest(store_)->manifest.offsets, offsets);
  EXPECT_EQ(as_of_, offsets);
  EXPECT_EQ(compared_below_, offsets);
  EXPECT_EQ(removed_below_, first_offsets());
  EXPECT_EQ(dropped_below_, first_offsets());
  ASSERT_EQ(user_totals_.size(), 4U) << "user 1 in two partitions, 2 and 3; not the import's";
  EXPECT_EQ(user_totals_[0].id, 1);
  EXPECT_EQ(user_totals_[0].count, 2);
  EXPECT_EQ(user_totals_[0].sum, 7);
  EXPECT_EQ(topics_[static_cast<std::size_t>(user_totals_[0].topic)], kTopic);
  EXPECT_EQ(movie_totals_.size(), 4U);
  EXPECT_TRUE(store_.get("silver/user-features/part-0.parquet"));
  EXPECT_TRUE(store_.get("silver/movie-features/part-0.parquet"));
}

TEST_F(LakeRunSourceTest, ALaterNightLeavesWhatAnEarlierOneBesideItNeeds) {
  ASSERT_TRUE(put_bronze(store_, first_day()));
  const auto earlier = source();
  const Snapshot before = snapshot(*earlier);
  take_one_more_event();
  on_put_ = [&] {  // the later one comes and goes while the earlier one writes its rows
    config_.data_dir = "elsewhere";
    const auto later = source();
    ASSERT_TRUE(later->write_features(snapshot(*later), {}, {}, {}));
    EXPECT_EQ(compared_below_, (OffsetVector{{kTopic, 0, 4}, {kTopic, 1, 2}}));
    EXPECT_EQ(removed_below_, first_offsets()) << "the earlier one's rows may come last";
    EXPECT_EQ(dropped_below_, first_offsets());
    config_.data_dir = "data";
  };
  ASSERT_TRUE(earlier->write_features(before, {}, {}, {}));
  EXPECT_EQ(as_of_, first_offsets());
}

TEST_F(LakeRunSourceTest, ANightThatComesTooLateWritesNothing) {
  ASSERT_TRUE(put_bronze(store_, first_day()));
  const auto earlier = source();
  const Snapshot before = snapshot(*earlier);
  take_one_more_event();
  const auto later = source();
  const Snapshot after = snapshot(*later);
  ASSERT_TRUE(later->write_features(after, std::vector<UserFeatures>{{.user = 1}}, {}, {}));
  const std::string file = "silver/user-features/part-0.parquet";
  const std::string bytes = store_.get(file).value();
  as_of_.clear();
  ASSERT_TRUE(earlier->write_features(before, std::vector<UserFeatures>{{.user = 2}}, {}, {}));
  EXPECT_EQ(as_of_, OffsetVector{}) << "increments past it are gone";
  EXPECT_EQ(store_.get(file).value(), bytes);
}

TEST_F(LakeRunSourceTest, FeaturesOfAnEarlierSnapshotHaveItsTotals) {
  ASSERT_TRUE(put_bronze(store_, first_day()));
  const auto lake = source();
  const Snapshot taken = snapshot(*lake);
  ASSERT_TRUE(put_bronze(store_, {event(1, 10, 1, kStart + 9, 3)}));
  ASSERT_TRUE(compact_ratings(store_, {{kTopic, 0, 4}, {kTopic, 1, 2}}, {}));
  ASSERT_TRUE(lake->write_features(taken, {}, {}, {}));
  EXPECT_EQ(as_of_, first_offsets());
  EXPECT_EQ(user_totals_[0].count, 2) << "without the event after the snapshot";
}

TEST_F(LakeRunSourceTest, ACompactionThatLosesARaceGoesOn) {
  ASSERT_TRUE(put_bronze(store_, first_day()));
  auto raced = std::make_unique<StoreWrapper>(store_);
  bool once = false;
  raced->before_change = [&](std::string_view key) -> Status {
    if (key != kRatingManifestKey || std::exchange(once, true)) return {};
    EXPECT_TRUE(compact_ratings(store_, {{kTopic, 1, 1}}, {}).value().changed);
    return {};
  };
  LakeSurroundings surroundings;
  surroundings.stream = [this]() -> Result<std::vector<StreamProgress>> { return stream_; };
  LakeRunSource lake(config_, clock_, std::move(raced), surroundings);
  const Snapshot taken = snapshot(lake);
  ASSERT_TRUE(lake.write_features(taken, {}, {}, {}));
  EXPECT_EQ(present_manifest(store_)->manifest.version, 2);
  EXPECT_EQ(present_manifest(store_)->manifest.offsets, first_offsets());
}

TEST_F(LakeRunSourceTest, TheSameEventsAreExaminedBeforeAndAfterACompaction) {
  ASSERT_TRUE(put_bronze(store_, first_day()));
  ASSERT_TRUE(compact_ratings(store_, {{kTopic, 0, 2}}, {}));
  const auto lake = source();
  const Snapshot taken = snapshot(*lake);
  for (int round = 0; round < 2; ++round) {
    const auto findings = lake->examine_events(taken);
    ASSERT_TRUE(findings) << findings.error().message();
    EXPECT_EQ(findings->accepted_events, 5);
    EXPECT_EQ(findings->dead_letters, 0);
    EXPECT_EQ(findings->fresh->events, 3);
    EXPECT_EQ(findings->fresh->missing, 0);
    ASSERT_TRUE(lake->write_features(taken, {}, {}, {}));
  }
}

TEST_F(LakeRunSourceTest, SaysWhatCannotBeRead) {
  ASSERT_TRUE(put_bronze(store_, first_day()));
  const auto lake = source();
  EXPECT_TRUE(lake->check_readable());
  ASSERT_TRUE(
      store_.put("bronze/user-events/date=2024-01-01/"
                 "event_user-events-0-00000000000000000009-00000000000000000009.json",
                 "{\"user_id\":"));
  const Status status = lake->check_readable();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().where, HasSubstr("00000000000000000009.json"));
}

TEST_F(LakeRunSourceTest, KeepsTheVersionsOfTheNewestRunAndAFewMore) {
  std::vector<PlainEvent> events;
  for (std::int64_t offset = 0; offset < 6; ++offset)
    events.push_back(event(1, 1 + offset, 3, kStart + offset, offset));
  ASSERT_TRUE(put_bronze(store_, events));
  config_.silver.keep_versions = 2;
  const auto lake = source();
  std::vector<Snapshot> snapshots;
  for (std::int64_t end = 1; end <= 6; ++end) {
    stream_ = {{{kTopic, 0}, 0, end, end}};
    snapshots.push_back(snapshot(*lake));
    ASSERT_TRUE(lake->write_features(snapshots.back(), {}, {}, {}));
    ASSERT_TRUE(lake->keep_only(snapshots));
  }
  const auto left = all_manifests(store_).value();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].version, 6);
  EXPECT_EQ(left[1].version, 5);
  for (std::size_t run = 0; run < snapshots.size(); ++run)
    EXPECT_EQ(lake->read_ratings(snapshots[run]).value().size(), run + 1);
}

}  // namespace
}  // namespace marquee
