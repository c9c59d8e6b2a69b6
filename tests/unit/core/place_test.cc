#include "core/place.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

TEST(Place, IsTheSameHoweverTheFolderIsNamed) {
  const std::filesystem::path folder = testing::TempDir();
  EXPECT_EQ(place_of(folder / "data"), place_of(folder / "other" / ".." / "data"));
  EXPECT_NE(place_of(folder / "data"), place_of(folder / "other"));
}

}  // namespace
}  // namespace marquee
