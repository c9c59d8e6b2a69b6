#include "serving/model_slot.h"

#include <gtest/gtest.h>

#include "tests/unit/serving/fixed_model.h"

namespace marquee::serving {
namespace {

TEST(ModelSlot, IsEmptyAtFirst) {
  EXPECT_EQ(ModelSlot().get(), nullptr);
}

TEST(ModelSlot, GivesWhatWasSetOnEveryThread) {
  ModelSlot slot;
  slot.set(served(fixed_model_data("20260302_020000")));
  for (std::size_t i = 0; i < 2 * kShardCount; ++i)
    std::jthread([&] { EXPECT_EQ(slot.get()->model.version, "hybrid_model_20260302_020000"); });
}

TEST(ModelSlot, AReaderKeepsItsModelAndTheSlotLetsItGo) {
  ModelSlot slot;
  auto first = served(fixed_model_data("20260301_020000"));
  const std::weak_ptr<const ServedModel> watch = first;
  slot.set(first);
  first.reset();
  auto reader = slot.get();
  slot.set(served(fixed_model_data("20260302_020000")));
  EXPECT_EQ(reader->model.version, "hybrid_model_20260301_020000");
  EXPECT_FALSE(watch.expired());
  reader.reset();
  EXPECT_TRUE(watch.expired());
}

TEST(ModelSlot, EveryAnswerComesFromExactlyOneModel) {
  const auto one = served(fixed_model_data("20260301_020000"));
  const auto two = served(turned_model_data("20260302_020000"));
  ModelSlot slot;
  slot.set(one);
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  std::vector<std::jthread> readers;
  for (int t = 0; t < 3; ++t)
    readers.emplace_back([&] {
      while (!done) {
        const auto model = slot.get();
        const MovieId first = model->recommender.recommend(1, 3).front().movie;
        EXPECT_EQ(first, model->model.version == one->model.version ? 30 : 50);
        ++reads;
      }
    });
  for (int i = 0; i < 2000 || reads < 1000; ++i) slot.set(i % 2 == 0 ? two : one);
  done = true;
}

}  // namespace
}  // namespace marquee::serving
