#include "lake/rating_manifest.h"

#include <gmock/gmock.h>

namespace marquee {
namespace {

using testing::HasSubstr;

RatingManifest some_manifest() {
  return {.version = 7,
          .topics = {"import:ab", "user-events"},
          .offsets = {{"import:ab", 0, 20}, {"user-events", 0, 5}, {"user-events", 2, 1}},
          .files = {{"silver/ratings/v7-ratings-00000-a.parquet", 3, 100}},
          .totals = {{"silver/ratings/v7-totals-00000-b.parquet", 9, 50}},
          .rows = 3,
          .events = 4};
}

TEST(RatingManifest, IsReadBackAsItWas) {
  const auto read = rating_manifest_from_json(to_json(some_manifest()), "here");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, some_manifest());
}

TEST(RatingManifest, ALaterSchemaIsRefusedByNumber) {
  std::string text = to_json(some_manifest());
  text.replace(text.find("\"schema\": 1"), 11, "\"schema\": 2");
  const auto read = rating_manifest_from_json(text, "here");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUsage);
  EXPECT_THAT(read.error().what, HasSubstr("schema 2"));
}

TEST(RatingManifest, WhatDoesNotHoldTogetherIsRefused) {
  const auto changed = [](auto change) {
    RatingManifest manifest = some_manifest();
    change(manifest);
    return to_json(manifest);
  };
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[1]"), to_json(some_manifest()).substr(9),
        changed([](auto& m) { m.version = 0; }), changed([](auto& m) { m.rows = 4; }),
        changed([](auto& m) { m.topics.pop_back(); }),
        changed([](auto& m) { std::swap(m.topics[0], m.topics[1]); }),
        changed([](auto& m) { std::swap(m.offsets[0], m.offsets[1]); })}) {
    const auto read = rating_manifest_from_json(text, "here");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(read.error().where, "here");
  }
}

TEST(OffsetVectors, AreSortedWithoutRepeatsAndZeros) {
  const OffsetVector offsets =
      normalised({{"b", 0, 4}, {"a", 1, 2}, {"a", 0, 0}, {"a", 1, 7}, {"b", 0, 4}});
  EXPECT_EQ(offsets, (OffsetVector{{"a", 1, 7}, {"b", 0, 4}}));
  EXPECT_EQ(offset_of(offsets, "a", 1), 7);
  EXPECT_EQ(offset_of(offsets, "a", 0), 0);
}

TEST(OffsetVectors, CoverWhatLiesBelow) {
  const OffsetVector offsets = {{"a", 0, 5}, {"a", 1, 2}};
  EXPECT_TRUE(covers(offsets, {{"a", 0, 5}}));
  EXPECT_TRUE(covers(offsets, {}));
  EXPECT_FALSE(covers(offsets, {{"a", 0, 6}}));
  EXPECT_FALSE(covers(offsets, {{"b", 0, 1}}));
  EXPECT_EQ(united(offsets, {{"a", 0, 3}, {"b", 0, 1}}),
            (OffsetVector{{"a", 0, 5}, {"a", 1, 2}, {"b", 0, 1}}));
}

TEST(OffsetVectors, NumberImportsBeforeStreams) {
  EXPECT_THAT(topics_of({{"access-log", 0, 1},
                         {"import:9", 0, 1},
                         {"import:a", 0, 1},
                         {"user-events", 0, 1},
                         {"user-events", 1, 1}}),
              testing::ElementsAre("import:9", "import:a", "access-log", "user-events"));
}

}  // namespace
}  // namespace marquee
