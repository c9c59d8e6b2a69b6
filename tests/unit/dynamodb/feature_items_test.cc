#include "dynamodb/feature_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <bit>
#include <cmath>

namespace marquee::dynamodb {
namespace {

using testing::HasSubstr;

double some_double() {
  const double value = std::bit_cast<double>(*rc::gen::arbitrary<std::uint64_t>());
  return std::isfinite(value) ? value : 0.1;
}

FeatureSums some_sums() {
  return {*rc::gen::inRange<std::int64_t>(0, 1'000'000), some_double(), some_double(),
          *rc::gen::element(kUnknownTime, TimeMicros(0), TimeMicros(-5),
                            TimeMicros(1'700'000'000'000'001))};
}

TEST(FeatureItems, RowsComeBackTheSameToTheLastBit) {
  ASSERT_TRUE(rc::check([] {
    const NightlyUser user{
        {3, some_double(), 5, some_double(), kUnknownTime},
        some_double(),
        some_double(),
        12,
        {{"events", 2, 17, some_sums()}, {"import:ab/c", 0, 1L << 60, some_sums()}}};
    RC_ASSERT(user_from(to_item(user)).value() == user);
    const NightlyMovie movie{{3, some_double(), 5, some_double(), 99}, 1, 2, 12, {}};
    RC_ASSERT(movie_from(to_item(movie)).value() == movie);
    const RunningRow row{1L << 62, "events", 2, "host/1", 17, some_sums()};
    RC_ASSERT(running_from(Item::parse(to_text(row))).value() == row);
  }));
}

TEST(FeatureItems, AnUnknownTimeIsAnAttributeThatIsNotThere) {
  EXPECT_FALSE(Item::parse(to_text(RunningRow{})).contains("last_update"));
  EXPECT_FALSE(to_item(NightlyUser{}).contains("last_update"));
}

TEST(FeatureItems, WhatIsNotARowIsRefusedByName) {
  const RunningRow row{1, "events", 2, "w", 17, {}};
  for (const char* name : {"id", "topic", "last_offset", "sum", "count"}) {
    Item item = Item::parse(to_text(row));
    item.erase(name);
    EXPECT_THAT(running_from(item).error().message(), HasSubstr(name));
    item[name] = {{"N", "12x"}};
    EXPECT_FALSE(running_from(item)) << name;
    item[name] = 5;
    EXPECT_FALSE(running_from(item)) << name;
  }
  EXPECT_FALSE(running_from(Item("text")));
  Item user = to_item(NightlyUser{});
  user["totals"]["L"] = {{{"M", {{"topic", {{"S", "t"}}}}}}};
  EXPECT_THAT(user_from(user).error().message(), HasSubstr("totals"));
}

TEST(FeatureItems, TheSourceNamesTopicPartitionAndWriter) {
  const Item key = running_key({5, "events", 2, "host-1", 17, {}});
  EXPECT_EQ(key.dump(), R"({"id":{"N":"5"},"source":{"S":"events/2/host-1"}})");
  EXPECT_EQ(source_prefix("events", 2), "events/2/");
}

}  // namespace
}  // namespace marquee::dynamodb
