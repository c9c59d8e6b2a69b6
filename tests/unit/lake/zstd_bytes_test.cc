#include "lake/zstd_bytes.h"

#include <gtest/gtest.h>

namespace marquee::lake {
namespace {

TEST(ZstdBytes, ComesBackAndShrinks) {
  std::string lines;
  for (int k = 0; k < 1000; ++k) lines += "{\"user_id\":" + std::to_string(k) + "}\n";
  const std::string packed = zstd_compressed(lines).value();
  EXPECT_LT(packed.size(), lines.size() / 4);
  EXPECT_EQ(zstd_decompressed(packed, "x"), lines);
  EXPECT_EQ(zstd_decompressed(zstd_compressed("").value(), "x"), "");
}

TEST(ZstdBytes, AnyDamageIsToldWithItsPlace) {
  const std::string packed = zstd_compressed("some lines\nof text\n").value();
  for (std::size_t k = 0; k < packed.size(); ++k) {
    std::string damaged = packed;
    damaged[k] = static_cast<char>(damaged[k] ^ 0x41);
    const auto plain = zstd_decompressed(damaged, "bronze/x");
    ASSERT_FALSE(plain) << k;
    EXPECT_EQ(plain.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(plain.error().where, "bronze/x");
    EXPECT_FALSE(zstd_decompressed(packed.substr(0, k), "x")) << k;
  }
}

}  // namespace
}  // namespace marquee::lake
