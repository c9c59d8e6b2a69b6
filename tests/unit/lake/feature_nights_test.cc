#include "lake/feature_nights.h"

#include <gmock/gmock.h>

#include "tests/unit/lake/memory_store.h"

namespace marquee {
namespace {

using testing::HasSubstr;

constexpr TimeMicros kEvening = 1'700'000'000 * kMicrosPerSecond;

OffsetVector at(std::int64_t first, std::int64_t second) {
  return normalised({{"events", 0, first}, {"events", 1, second}});
}

class FeatureNightsTest : public testing::Test {
 protected:
  bool begin(const NightWriter& night, const OffsetVector& offsets) {
    const auto begun = begin_night(store_, night, offsets);
    EXPECT_TRUE(begun) << begun.error().message();
    return begun.value_or(false);
  }
  OffsetVector removable(const NightWriter& night) {
    const auto agreed = agree_on_removal(store_, night);
    EXPECT_TRUE(agreed) << agreed.error().message();
    return agreed.value_or(OffsetVector{});
  }
  static NightWriter night(const std::string& name, TimeMicros begun = kEvening) {
    return {name, "place of " + name, begun};
  }

  MemoryStore store_;
};

TEST_F(FeatureNightsTest, ANightAloneRemovesWhatItRead) {
  EXPECT_TRUE(begin(night("a"), at(5, 3)));
  EXPECT_EQ(removable(night("a")), at(5, 3));
  EXPECT_TRUE(end_night(store_, night("a")));
  EXPECT_TRUE(begin(night("b"), at(6, 3)));
  EXPECT_EQ(removable(night("b")), at(6, 3));
}

TEST_F(FeatureNightsTest, NightsAtOnceLeaveWhatOneOfThemDidNotRead) {
  EXPECT_TRUE(begin(night("a"), at(5, 9)));
  EXPECT_TRUE(begin(night("b"), at(7, 3)));
  EXPECT_EQ(removable(night("b")), at(5, 3));
  EXPECT_EQ(removable(night("a")), at(5, 3));
  EXPECT_TRUE(end_night(store_, night("a")));
  EXPECT_EQ(removable(night("b")), at(7, 3)) << "the other writes no more";
}

TEST_F(FeatureNightsTest, WhoComesWithLessThanWasRemovedMustNotWrite) {
  EXPECT_TRUE(begin(night("a"), at(5, 3)));
  EXPECT_EQ(removable(night("a")), at(5, 3));
  EXPECT_FALSE(begin(night("b"), at(4, 9)));
  EXPECT_TRUE(end_night(store_, night("a")));
  EXPECT_FALSE(begin(night("b"), at(4, 9))) << "also afterwards";
  EXPECT_TRUE(begin(night("c"), at(5, 3))) << "the same again";
}

TEST_F(FeatureNightsTest, ARemovalThatIsNotDecidedYetBindsNobody) {
  EXPECT_TRUE(begin(night("later"), at(7, 7)));
  EXPECT_TRUE(begin(night("earlier"), at(5, 5)));
  EXPECT_EQ(removable(night("later")), at(5, 5));
}

TEST_F(FeatureNightsTest, ANightThatWasKilledIsReplacedByTheNextOfItsPlace) {
  EXPECT_TRUE(begin({"a", "here", kEvening}, at(5, 3)));
  EXPECT_TRUE(begin({"b", "here", kEvening + 1}, at(7, 4)));
  EXPECT_EQ(removable({"b", "here", kEvening + 1}), at(7, 4));
  EXPECT_EQ(removable({"a", "here", kEvening}), OffsetVector{}) << "taken for dead";
}

TEST_F(FeatureNightsTest, ANightOfAnotherPlaceIsTakenForDeadAfterADay) {
  EXPECT_TRUE(begin(night("a"), at(5, 3)));
  EXPECT_TRUE(begin(night("b", kEvening + kLongestNight), at(7, 4)));
  EXPECT_EQ(removable(night("b")), at(5, 3));
  EXPECT_TRUE(begin(night("c", kEvening + kLongestNight + 1), at(8, 5)));
  EXPECT_EQ(removable(night("c")), at(7, 4));
}

TEST_F(FeatureNightsTest, ImportsDoNotCount) {
  EXPECT_TRUE(begin(night("a"), united(at(5, 3), {{"import:ab", 0, 9}})));
  EXPECT_EQ(removable(night("a")), at(5, 3));
  EXPECT_TRUE(end_night(store_, night("a")));
  EXPECT_TRUE(begin(night("b"), at(5, 3)));
}

TEST_F(FeatureNightsTest, WhoLosesARaceLooksAgain) {
  EXPECT_TRUE(begin(night("later"), at(7, 7)));
  bool raced = false;
  store_.before_put = [&](int, std::string_view) -> Status {
    if (std::exchange(raced, true)) return {};
    EXPECT_TRUE(begin_night(store_, night("earlier"), at(5, 5)).value());
    return {};
  };
  EXPECT_EQ(removable(night("later")), at(5, 5));
}

TEST_F(FeatureNightsTest, WhatIsNoListOfNightsIsNamed) {
  for (const std::string text : {"", "[]", R"({"schema": 2, "removed": [], "at_work": []})"}) {
    ASSERT_TRUE(store_.put(kNightsKey, text));
    const auto begun = begin_night(store_, night("a"), at(1, 1));
    ASSERT_FALSE(begun) << text;
    EXPECT_EQ(begun.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(begun.error().where, HasSubstr("silver/nights.json"));
  }
}

}  // namespace
}  // namespace marquee
