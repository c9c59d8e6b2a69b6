#include "registry/models_with_users.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/temporary_folder.h"
#include "tests/unit/registry/small_model.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

const UserId kKnownToAll[] = {77, 3}, kNew[] = {77}, kUnknown[] = {78};

class ModelsWithUsersTest : public testing::Test {
 protected:
  ModelsWithUsersTest() {
    fs::create_directories(registry_.folder());
    write_small(registry_.model_path("20260301_020000"), {.ratings = {}, .more_movies = {}});
    write_small(registry_.model_path("20260302_020000"),
                {.ratings = {{77, 10, 4, 1}}, .more_movies = {}});
  }

  TemporaryFolder folder_;
  SimulatedClock clock_{0};
  ModelRegistry registry_{folder_.path(), clock_};
};

TEST_F(ModelsWithUsersTest, NamesThoseThatKnowOneOfThem) {
  EXPECT_THAT(models_with(registry_, kKnownToAll),
              ElementsAre("hybrid_model_20260302_020000", "hybrid_model_20260301_020000"));
  EXPECT_THAT(models_with(registry_, kNew), ElementsAre("hybrid_model_20260302_020000"));
  EXPECT_THAT(models_with(registry_, kUnknown), IsEmpty());
}

TEST_F(ModelsWithUsersTest, ProductionComesFirstAndADamagedFileMayKnowAnybody) {
  fs::copy_file(registry_.model_path("20260302_020000"), registry_.production_path());
  fs::resize_file(registry_.model_path("20260301_020000"), 100);
  EXPECT_THAT(models_with(registry_, kNew),
              ElementsAre("production_model", "hybrid_model_20260302_020000",
                          "hybrid_model_20260301_020000"));
}

TEST_F(ModelsWithUsersTest, LooksIntoWhatIsPublished) {
  const auto store = open_local_store(folder_.path() / "bucket");
  ASSERT_TRUE(store);
  EXPECT_THAT(published_models_with(**store, kNew).value(), IsEmpty());
  for (const std::string run : {"20260301_020000", "20260302_020000"})
    ASSERT_TRUE((*store)->put("gold/models/" + run + ".safetensors",
                              read_file(registry_.model_path(run)).value()));
  EXPECT_THAT(published_models_with(**store, kNew).value(),
              ElementsAre("gold/models/20260302_020000.safetensors"));
}

}  // namespace
}  // namespace marquee
