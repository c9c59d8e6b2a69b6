#include "model/pair_sums_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/durable_file.h"
#include "model/hybrid_trainer.h"
#include "model/model_file.h"
#include "model/tensor_values.h"
#include "planted_data.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

class PairSumsFileTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  // Two users, three movies.
  static PairSums small() {
    return {{std::vector<std::int64_t>{1, 2}, std::vector<std::int64_t>{10, 20, 30},
             LevelRows{std::vector<std::int64_t>{0, 2, 3}, std::vector<std::int32_t>{0, 2, 1},
                       std::vector<std::int8_t>{64, -3, 7}}},
            std::vector<std::int32_t>{4096, 0, 49, -192, 0, 2'000'000'000}};
  }
  Error refusal_of(const PairSums& sums) const {
    EXPECT_TRUE(write_pair_sums(path_, sums, lineage_));
    const auto loaded = load_pair_sums(path_);
    EXPECT_FALSE(loaded);
    return loaded ? Error{} : loaded.error();
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / ("pair_sums_" + std::to_string(::getpid()));
  const fs::path path_ = folder_ / "pair_sums.safetensors";
  const Lineage lineage_{.run_id = "20260301_020000",
                         .config_json = "{}",
                         .snapshot_json = R"({"sequence": 7})",
                         .program = "marquee test"};
};

TEST_F(PairSumsFileTest, ReadsWhatWasWritten) {
  const PairSums sums = small();
  ASSERT_TRUE(write_pair_sums(path_, sums, lineage_));
  const auto read = load_pair_sums(path_);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->run_id, lineage_.run_id);
  const auto same = [](const auto& a, const auto& b) { return std::ranges::equal(a, b); };
  EXPECT_TRUE(same(read->sums.users.user_ids, sums.users.user_ids));
  EXPECT_TRUE(same(read->sums.users.item_ids, sums.users.item_ids));
  EXPECT_TRUE(same(read->sums.users.levels.offsets, sums.users.levels.offsets));
  EXPECT_TRUE(same(read->sums.users.levels.columns, sums.users.levels.columns));
  EXPECT_TRUE(same(read->sums.users.levels.values, sums.users.levels.values));
  EXPECT_TRUE(same(read->sums.sums, sums.sums));
  const auto file = TensorFile::load(path_);
  EXPECT_EQ((*file)->metadata().at("snapshot"), lineage_.snapshot_json) << "its lineage";
}

TEST_F(PairSumsFileTest, WithoutAFileThereIsNone) {
  const auto read = load_pair_sums(path_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
}

TEST_F(PairSumsFileTest, RefusesWhatCannotBeSums) {
  PairSums sums = small();
  sums.sums = std::vector<std::int32_t>{1, 2, 3};
  EXPECT_NE(refusal_of(sums).what.find("'sums'"), std::string::npos);
  sums = small();
  for (const int level : {65, -65}) {
    sums.users.levels.values = std::vector<std::int8_t>{static_cast<std::int8_t>(level), 3, 7};
    EXPECT_NE(refusal_of(sums).what.find("a level is over 64"), std::string::npos) << level;
  }
  sums = small();
  sums.users.levels.columns = std::vector<std::int32_t>{2, 0, 1};
  EXPECT_NE(refusal_of(sums).what.find("does not ascend"), std::string::npos);
  sums = small();
  sums.users.levels.columns = std::vector<std::int32_t>{0, 3, 1};
  EXPECT_NE(refusal_of(sums).what.find("outside [0, 3)"), std::string::npos);
  sums = small();
  sums.users.user_ids = std::vector<std::int64_t>{2, 2};
  const Error refusal = refusal_of(sums);
  EXPECT_EQ(refusal.code, ErrorCode::kCorrupt);
  EXPECT_NE(refusal.message().find("counts everybody"), std::string::npos) << refusal.message();
}

TEST_F(PairSumsFileTest, RefusesAModel) {
  const PlantedData data = plant(40, 30, 10);
  ModelOptions options;
  options.latent_factors = 4;
  const auto trained = train_hybrid(data.ratings, data.movies, options, lineage_);
  ASSERT_TRUE(trained);
  ASSERT_TRUE(write_model(path_, *trained->model));
  const auto read = load_pair_sums(path_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(read.error().what.find("kind 'pair sums'"), std::string::npos);
}

}  // namespace
}  // namespace marquee
