#include "registry/published_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/durable_file.h"
#include "objects/local_store.h"
#include "tests/unit/registry/small_model.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

// A store whose n-th call fails, or that gives back damaged models.
class TroubledStore final : public ObjectStore {
 public:
  explicit TroubledStore(fs::path folder) : store_(std::move(folder)) {}

  int calls = 0;
  int failing_call = 0;  // from 1; 0: none
  bool damages = false;
  std::function<void()> before_moving_the_pointer = [] {};

  Status put(std::string_view key, std::string_view bytes) override {
    MARQUEE_TRY(call());
    return store_.put(key, bytes);
  }
  Result<std::string> put_if(std::string_view key, std::string_view bytes,
                             std::string_view version) override {
    MARQUEE_TRY(call());
    if (key.ends_with("production.json")) std::exchange(before_moving_the_pointer, [] {})();
    return store_.put_if(key, bytes, version);
  }
  Result<std::string> get(std::string_view key) override {
    MARQUEE_TRY(call());
    auto bytes = store_.get(key);
    if (bytes && damages) bytes->back() ^= 1;
    return bytes;
  }
  Result<VersionedObject> get_versioned(std::string_view key) override {
    MARQUEE_TRY(call());
    return store_.get_versioned(key);
  }
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override {
    MARQUEE_TRY(call());
    return store_.list(prefix);
  }
  Status remove(std::string_view key) override {
    MARQUEE_TRY(call());
    return store_.remove(key);
  }
  std::string name() const override { return store_.name(); }

 private:
  Status call() {
    if (++calls == failing_call) return fail(ErrorCode::kUnavailable, "no answer", name());
    return {};
  }
  LocalStore store_;
};

class PublishedModelsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "published_models_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    store_ = std::make_unique<TroubledStore>(folder_ / "bucket");
    old_ = trained("20260301_020000");
    new_ = trained("20260302_020000");
  }
  void TearDown() override { fs::remove_all(folder_); }

  PublishedModel trained(const std::string& run_id) const {
    const std::string checksum =
        write_small(file(run_id), {.run_id = run_id, .ratings = {}, .more_movies = {}});
    return {.name = "hybrid_model_" + run_id,
            .key = {},
            .checksum = checksum,
            .size = fs::file_size(file(run_id)),
            .time = 1,
            .reason = "passed the gate",
            .run_id = run_id};
  }
  fs::path file(const std::string& run_id) const { return folder_ / (run_id + ".safetensors"); }
  fs::path cache() const { return folder_ / "server" / "model.safetensors"; }
  Result<PublishedModel> publish(const PublishedModel& model) {
    return models().publish(file(model.run_id), model);
  }
  PublishedModels models() { return PublishedModels(*store_); }
  std::string in_production() {
    const auto model = models().production();
    EXPECT_TRUE(model);
    return *model ? (*model)->checksum : "";
  }

  fs::path folder_;
  std::unique_ptr<TroubledStore> store_;
  PublishedModel old_, new_;
};

TEST_F(PublishedModelsTest, NothingIsInProductionAtFirst) {
  EXPECT_EQ(in_production(), "");
}

TEST_F(PublishedModelsTest, AnotherMachineGetsTheSameBytes) {
  const auto published = publish(old_);
  ASSERT_TRUE(published) << published.error().message();
  EXPECT_EQ(*models().production(), *published);
  EXPECT_EQ(models().fetch(*published, cache()), true);
  EXPECT_EQ(*read_file(cache()), *read_file(file(old_.run_id)));
  EXPECT_EQ(models().fetch(*published, cache()), false) << "it is there already";
}

TEST_F(PublishedModelsTest, PublishingTheSameAgainChangesNothing) {
  const auto first = publish(old_);
  PublishedModel again = old_;
  again.reason = "another";
  EXPECT_EQ(publish(again)->reason, first->reason);
}

TEST_F(PublishedModelsTest, WhateverCallFailsProductionIsTheOldOrTheNew) {
  ASSERT_TRUE(publish(old_));
  int failing = 1;
  for (bool failed = true; failed; ++failing) {
    ASSERT_LT(failing, 100);
    store_->calls = 0;
    store_->failing_call = failing;
    failed = !publish(new_);
    store_->failing_call = 0;
    ASSERT_EQ(in_production(), failed ? old_.checksum : new_.checksum) << "call " << failing;
  }
  EXPECT_GT(failing, 4);
}

TEST_F(PublishedModelsTest, AStoreThatDamagesTheModelDoesNotGetItIntoProduction) {
  ASSERT_TRUE(publish(old_));
  store_->damages = true;
  EXPECT_EQ(publish(new_).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(in_production(), old_.checksum);
}

TEST_F(PublishedModelsTest, OfTwoAtOnceTheSlowerOneIsRefused) {
  ASSERT_TRUE(publish(old_));
  const PublishedModel third = trained("20260303_020000");
  PublishedModels elsewhere(*store_);
  store_->before_moving_the_pointer = [&] {
    EXPECT_TRUE(elsewhere.publish(file(third.run_id), third));
  };
  EXPECT_EQ(publish(new_).error().code, ErrorCode::kConflict);
  EXPECT_EQ(in_production(), third.checksum);
}

TEST_F(PublishedModelsTest, ADamagedDownloadLeavesTheCacheAsItWas) {
  ASSERT_TRUE(publish(old_));
  ASSERT_TRUE(models().fetch(**models().production(), cache()));
  ASSERT_TRUE(publish(new_));
  store_->damages = true;
  EXPECT_EQ(models().fetch(**models().production(), cache()).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(*read_file(cache()), *read_file(file(old_.run_id)));
  EXPECT_EQ(std::distance(fs::directory_iterator(cache().parent_path()), {}), 1);
}

TEST_F(PublishedModelsTest, AnUnreadablePointerIsToldAndNotOverwritten) {
  ASSERT_TRUE(store_->put("gold/models/production.json", "{"));
  EXPECT_EQ(models().production().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(publish(old_).error().code, ErrorCode::kCorrupt);
}

TEST_F(PublishedModelsTest, PrunesTheOlderOnesButNeverProduction) {
  EXPECT_EQ(models().prune(0), std::vector<std::string>());
  const PublishedModel third = trained("20260303_020000");
  const auto newest = publish(third), middle = publish(new_), production = publish(old_);
  ASSERT_TRUE(newest && middle && production);
  EXPECT_EQ(models().prune(1), std::vector{middle->key}) << "an old one is in production";
  EXPECT_EQ(models().prune(0), std::vector{newest->key});
  EXPECT_EQ(in_production(), old_.checksum);
  EXPECT_TRUE(models().fetch(*production, cache()));
}

}  // namespace
}  // namespace marquee
