#include "core/timestamp.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

TEST(Timestamp, ReadsTheContractsForm) {
  EXPECT_EQ(parse_timestamp("2025-03-15T10:00:00Z"), 1'742'032'800'000'000);
}

TEST(Timestamp, AcceptsFractionsOffsetsAndDates) {
  const auto base = parse_timestamp("2025-03-15T10:00:00Z");
  EXPECT_EQ(parse_timestamp("2025-03-15T12:30:00+02:30"), base);
  EXPECT_EQ(parse_timestamp("2025-03-15T05:00:00-0500"), base);
  EXPECT_EQ(parse_timestamp("2025-03-15 10:00"), base);
  EXPECT_EQ(parse_timestamp("2025-03-15T10:00:00.25Z"), *base + 250'000);
  EXPECT_EQ(parse_timestamp("2025-03-15T10:00:00.1234567Z"), *base + 123'456);
  EXPECT_EQ(parse_timestamp("2025-03-15"), *base - 36'000'000'000);
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59Z"), -1'000'000);
}

TEST(Timestamp, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "yesterday", "2025-13-01", "2025-02-29", "2025-03-15T", "2025-03-15T24:00:00Z",
        "2025-03-15T10:60:00Z", "2025-03-15T10:00:00+", "2025-03-15T10:00:00.Z", "2025-3-15",
        "2025-03-15T10:00:00Zjunk", "2025-03-15T10:00:00+25:00", "1742032800"})
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
}

TEST(Timestamp, FormatsWhatItReads) {
  for (const char* text : {"2025-03-15T10:00:00Z", "1969-12-31T23:59:59.000001Z",
                           "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
    EXPECT_EQ(format_timestamp(*parse_timestamp(text)), text);
}

}  // namespace
}  // namespace marquee
