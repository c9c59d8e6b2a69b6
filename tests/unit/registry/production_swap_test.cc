#include "registry/production_swap.h"

#include <gtest/gtest.h>

#include "core/durable_file.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

class ProductionSwapTest : public testing::Test {
 protected:
  std::string text(const fs::path& path) const { return read_file(path).value_or("none"); }
  void write(const fs::path& path, const std::string& bytes) const {
    ASSERT_TRUE(write_file_durably(path, bytes));
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator{}));
  }

  TemporaryFolder folder_;
  fs::path production_ = folder_.path() / "production_model.safetensors";
  fs::path incoming_ = incoming_path(production_);
};

Status no_space() {
  return fail(ErrorCode::kIo, "no space");
}

TEST_F(ProductionSwapTest, RecordsOnceTheNewFileIsInPlace) {
  write(production_, "old");
  write(incoming_, "new");
  std::string seen;
  ASSERT_TRUE(swap_production(incoming_, production_, [&]() -> Status {
    seen = text(production_);
    return {};
  }));
  EXPECT_EQ(seen, "new");
  EXPECT_EQ(text(production_), "new");
  EXPECT_EQ(files(), 1u);
}

TEST_F(ProductionSwapTest, PutsTheOldFileBackWhenTheRecordFails) {
  write(production_, "old");
  write(incoming_, "new");
  const Status status = swap_production(incoming_, production_, no_space);
  EXPECT_EQ(status.error().what, "no space");
  EXPECT_EQ(text(production_), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(ProductionSwapTest, LeavesNothingWhenThereWasNothing) {
  write(incoming_, "new");
  EXPECT_FALSE(swap_production(incoming_, production_, no_space));
  EXPECT_FALSE(fs::exists(production_));
}

TEST_F(ProductionSwapTest, KeepsTheOldFileWhenTheRenameFails) {
  write(production_, "old");
  EXPECT_FALSE(swap_production(folder_.path() / "none", production_, [] { return Status(); }));
  EXPECT_EQ(text(production_), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(ProductionSwapTest, RemovesLeftoversAndNothingElse) {
  write(production_, "old");
  write(folder_.path() / "hybrid_model_x.safetensors", "other");
  write(incoming_, "half");
  write(incoming_.string() + ".tmp-1", "half");
  write(folder_.path() / ".replaced.safetensors", "older");
  remove_swap_leftovers(production_);
  EXPECT_EQ(files(), 2u);
}

}  // namespace
}  // namespace marquee
