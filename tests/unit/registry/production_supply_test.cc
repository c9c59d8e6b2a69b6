#include "registry/production_supply.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/durable_file.h"
#include "objects/local_store.h"
#include "tests/unit/registry/small_model.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

class ProductionSupplyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "production_supply_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    registry_.emplace(folder_ / "server", clock_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void publish(const std::string& run_id) {
    const fs::path file = folder_ / (run_id + ".safetensors");
    write_small(file, {.run_id = run_id, .ratings = {}, .more_movies = {}});
    LocalStore store(bucket());
    const Status status = publish_model(store, clock_, file, "a test", run_id);
    ASSERT_TRUE(status) << status.error().message();
  }
  Result<std::unique_ptr<ObjectStore>> open_store() const {
    if (!reachable_) return fail(ErrorCode::kUnavailable, "no answer", bucket().string());
    return std::make_unique<LocalStore>(bucket());
  }
  std::unique_ptr<ProductionSupply> supply() {
    return std::make_unique<ProductionSupply>(*registry_, [this] { return open_store(); });
  }
  std::string loaded(ProductionSupply& supply) {
    const auto model = supply.load();
    return model ? model->version : model.error().message();
  }
  fs::path bucket() const { return folder_ / "bucket"; }

  fs::path folder_;
  bool reachable_ = true;
  SystemClock clock_;
  std::optional<ModelRegistry> registry_;
};

TEST_F(ProductionSupplyTest, WithNothingPublishedItSaysHowToMakeAModel) {
  const auto model = supply()->load();
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kNotFound);
  EXPECT_NE(model.error().mend.find("train --deploy"), std::string::npos);
}

TEST_F(ProductionSupplyTest, EachLoadGivesWhatIsPublishedThen) {
  const auto supply = this->supply();
  publish("20260301_020000");
  EXPECT_EQ(loaded(*supply), "hybrid_model_20260301_020000");
  publish("20260302_020000");
  EXPECT_EQ(loaded(*supply), "hybrid_model_20260302_020000");
  EXPECT_EQ(*supply->published_checksum(), supply->load()->checksum);
}

TEST_F(ProductionSupplyTest, WithTheStoreOutOfReachARestartServesTheCache) {
  publish("20260301_020000");
  EXPECT_EQ(loaded(*supply()), "hybrid_model_20260301_020000");
  reachable_ = false;
  const auto restarted = supply();
  EXPECT_EQ(loaded(*restarted), "hybrid_model_20260301_020000");
  EXPECT_EQ(restarted->published_checksum().error().code, ErrorCode::kUnavailable);
  reachable_ = true;
  publish("20260302_020000");
  EXPECT_EQ(loaded(*restarted), "hybrid_model_20260302_020000") << "the store is opened again";
}

TEST_F(ProductionSupplyTest, WithNeitherStoreNorCacheTheStoreIsWhatIsTold) {
  reachable_ = false;
  EXPECT_EQ(supply()->load().error().code, ErrorCode::kUnavailable);
}

TEST_F(ProductionSupplyTest, AModelThatTheStoreDamagedLeavesTheCacheServing) {
  publish("20260301_020000");
  EXPECT_EQ(loaded(*supply()), "hybrid_model_20260301_020000");
  publish("20260302_020000");
  const auto published = PublishedModels(**open_store()).production();
  ASSERT_TRUE(published && *published);
  ASSERT_TRUE(write_file_durably(bucket() / (*published)->key, "damaged"));
  EXPECT_EQ(loaded(*supply()), "hybrid_model_20260301_020000");
}

}  // namespace
}  // namespace marquee
