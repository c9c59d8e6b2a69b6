#include "serving/target.h"

#include <gtest/gtest.h>

namespace marquee::serving {
namespace {

using Segments = std::vector<std::string>;

TEST(Target, SplitsAndDecodes) {
  const auto target = parse_target("/a%20b/c?x=1&y=%26&z&x=2#ignored");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (Segments{"a b", "c"}));
  EXPECT_EQ(*target->find("x"), "2");
  EXPECT_EQ(*target->find("y"), "&");
  EXPECT_EQ(*target->find("z"), "");
  EXPECT_EQ(target->find("w"), nullptr);
}

TEST(Target, EmptySegmentsAreKept) {
  EXPECT_EQ(parse_target("/")->segments, Segments{});
  EXPECT_EQ(parse_target("/a/")->segments, (Segments{"a", ""}));
  EXPECT_EQ(parse_target("//a")->segments, (Segments{"", "a"}));
}

TEST(Target, AbsoluteFormLosesItsAuthority) {
  EXPECT_EQ(parse_target("http://h:1/a/b")->segments, (Segments{"a", "b"}));
  EXPECT_EQ(parse_target("http://h")->segments, Segments{});
}

TEST(Target, WhatIsNoPathIsRefused) {
  for (const char* bad :
       {"", "*", "a/b", "https://h/a", "/%", "/%4", "/%4g", "/%00", "/a?x=%zz", "/a?%="})
    EXPECT_FALSE(parse_target(bad)) << bad;
}

}  // namespace
}  // namespace marquee::serving
