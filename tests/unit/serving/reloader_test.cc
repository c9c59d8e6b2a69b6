#include "serving/reloader.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/serving/fixed_model.h"
#include "tests/unit/serving/test_parts.h"

namespace marquee::serving {
namespace {

struct Bench {
  FixedClock clock;
  ModelSlot slot;
  Metrics metrics;

  ReloadStatus reload(Reloader& reloader, ReloadSource source = ReloadSource::kProduction) {
    std::promise<ReloadStatus> ended;
    EXPECT_TRUE(
        reloader.submit(source, [&](const ReloadStatus& status) { ended.set_value(status); }));
    return ended.get_future().get();
  }
};

Result<LoadedModel> no_production() {
  return fail(ErrorCode::kNotFound, "no production model");
}
Result<std::shared_ptr<const ModelData>> trained() {
  return fixed_model_data("20260401_020000");
}
Result<std::shared_ptr<const ModelData>> no_ratings() {
  return fail(ErrorCode::kUnfit, "there are no ratings", "marquee.db", "run 'marquee import'");
}

TEST(Reloader, BuildsWhereThereIsNoProductionModel) {
  Bench bench;
  Reloader reloader(bench.slot, bench.metrics, {no_production, trained, true}, bench.clock);
  const ReloadStatus status = bench.reload(reloader);
  EXPECT_EQ(status.state, ReloadState::kDone);
  EXPECT_EQ(status.new_version, "hybrid_model_20260401_020000");
  EXPECT_EQ(bench.slot.get()->origin, ModelOrigin::kData);
}

TEST(Reloader, DoesNotBuildWhereItMayNot) {
  Bench bench;
  Reloader reloader(bench.slot, bench.metrics, {no_production, trained, false}, bench.clock);
  const ReloadStatus status = bench.reload(reloader);
  ASSERT_EQ(status.state, ReloadState::kFailed);
  EXPECT_EQ(status.error->code, ErrorCode::kNotFound);
  EXPECT_EQ(bench.slot.get(), nullptr);
}

TEST(Reloader, ACorruptProductionModelIsNotReplacedByATrainedOne) {
  Bench bench;
  const auto corrupt = []() -> Result<LoadedModel> { return fail(ErrorCode::kCorrupt, "cut"); };
  Reloader reloader(bench.slot, bench.metrics, {corrupt, trained, true}, bench.clock);
  EXPECT_EQ(bench.reload(reloader).error->code, ErrorCode::kCorrupt);
  EXPECT_EQ(bench.slot.get(), nullptr);
}

TEST(Reloader, NothingToBuildFromIsTold) {
  Bench bench;
  Reloader reloader(bench.slot, bench.metrics, {no_production, no_ratings, true}, bench.clock);
  EXPECT_EQ(bench.reload(reloader).error->code, ErrorCode::kUnfit);
}

TEST(Reloader, IsNotBusyAnyMoreWhenItTellsTheEnd) {
  Bench bench;
  bool busy = true;
  {
    Reloader reloader(bench.slot, bench.metrics, {no_production, trained, true}, bench.clock);
    ASSERT_TRUE(
        reloader.submit(ReloadSource::kProduction, [&](const auto&) { busy = reloader.busy(); }));
    while (!reloader.last_ended()) std::this_thread::yield();
  }
  EXPECT_FALSE(busy);
}

TEST(Reloader, AServerThatCannotTrainSaysSo) {
  Bench bench;
  Reloader reloader(bench.slot, bench.metrics, {no_production, {}, false}, bench.clock);
  EXPECT_EQ(bench.reload(reloader, ReloadSource::kData).error->code, ErrorCode::kUnavailable);
}

TEST(Reloader, AModelWithoutMoviesIsRefused) {
  Bench bench;
  const auto empty = []() -> Result<LoadedModel> { return loaded(std::make_shared<ModelData>()); };
  Reloader reloader(bench.slot, bench.metrics, {empty, {}, false}, bench.clock);
  EXPECT_EQ(bench.reload(reloader).error->code, ErrorCode::kCorrupt);
}

TEST(Reloader, OneAtATimeInOrder) {
  Bench bench;
  std::atomic<int> running{0}, most{0}, calls{0};
  const auto load = [&]() -> Result<LoadedModel> {
    most = std::max(most.load(), ++running);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --running;
    return loaded(fixed_model_data(fmt::format("20260301_0200{:02}", calls++)));
  };
  std::vector<std::int64_t> ended;
  {
    Reloader reloader(bench.slot, bench.metrics, {load, {}, false}, bench.clock);
    for (int i = 0; i < 10; ++i)
      ASSERT_TRUE(reloader.submit(ReloadSource::kProduction,
                                  [&](const ReloadStatus& status) { ended.push_back(status.id); }));
    ASSERT_EQ(bench.reload(reloader).state, ReloadState::kDone);
  }
  EXPECT_EQ(most, 1);
  EXPECT_EQ(ended, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(bench.slot.get()->model.version, "hybrid_model_20260301_020010");
}

TEST(Reloader, TooManyThatWaitAreRefused) {
  Bench bench;
  std::promise<void> open;
  const auto opened = open.get_future().share();
  const auto load = [&]() -> Result<LoadedModel> {
    opened.wait();
    return loaded(fixed_model_data());
  };
  Reloader reloader(bench.slot, bench.metrics, {load, {}, false}, bench.clock);
  int accepted = 0;
  while (accepted < 1000) {
    const auto queued = reloader.submit(ReloadSource::kProduction, {});
    if (!queued) {
      EXPECT_EQ(queued.error().code, ErrorCode::kUnavailable);
      break;
    }
    ++accepted;
  }
  EXPECT_LT(accepted, 100);
  open.set_value();
}

TEST(Reloader, StoppingRefusesThoseThatWait) {
  Bench bench;
  std::promise<void> open;
  const auto opened = open.get_future().share();
  const auto load = [&]() -> Result<LoadedModel> {
    opened.wait();
    return loaded(fixed_model_data());
  };
  std::optional<ReloadStatus> first, second;
  {
    Reloader reloader(bench.slot, bench.metrics, {load, {}, false}, bench.clock);
    ASSERT_TRUE(
        reloader.submit(ReloadSource::kProduction, [&](const auto& status) { first = status; }));
    while (reloader.status(1)->state == ReloadState::kQueued) std::this_thread::yield();
    ASSERT_TRUE(
        reloader.submit(ReloadSource::kProduction, [&](const auto& status) { second = status; }));
    reloader.stop();
    open.set_value();
  }
  EXPECT_EQ(first->state, ReloadState::kDone);
  EXPECT_EQ(second->error->code, ErrorCode::kUnavailable);
}

TEST(Reloader, OldReloadsAreForgotten) {
  Bench bench;
  const auto load = [] { return Result<LoadedModel>(loaded(fixed_model_data())); };
  Reloader reloader(bench.slot, bench.metrics, {load, {}, false}, bench.clock);
  for (int i = 0; i < 101; ++i) bench.reload(reloader);
  EXPECT_FALSE(reloader.status(1));
  EXPECT_TRUE(reloader.status(101));
  EXPECT_EQ(reloader.last_ended()->id, 101);
}

}  // namespace
}  // namespace marquee::serving
