#include "cli/sent_events.h"

#include <gtest/gtest.h>

namespace marquee::cli {
namespace {

TEST(SentEvents, OnePartitionIsToldAsOneRange) {
  SentEvents sent;
  sent.add(std::vector<StreamPosition>{{"t", 0, 7}, {"t", 0, 8}});
  sent.add(std::vector<StreamPosition>{{"t", 0, 12}});
  EXPECT_EQ(sent.places(), "offsets 7 to 12");
  const auto json = sent.to_json();
  EXPECT_EQ(json["events"], 3);
  EXPECT_EQ(json["first_offset"], 7);
  EXPECT_EQ(json["last_offset"], 12);
  EXPECT_EQ(json["partitions"].size(), 1u);
}

TEST(SentEvents, SeveralPartitionsAreToldOneByOne) {
  SentEvents sent;
  sent.add(std::vector<StreamPosition>{{"t", 2, 5}, {"t", 0, 1}, {"t", 2, 4}});
  EXPECT_EQ(sent.places(), "partition 0: offsets 1 to 1, partition 2: offsets 4 to 5");
  const auto json = sent.to_json();
  EXPECT_FALSE(json.contains("first_offset")) << "offsets of which partition?";
  EXPECT_EQ(json["partitions"][1]["partition"], 2);
  EXPECT_EQ(json["partitions"][1]["events"], 2);
}

TEST(SentEvents, NothingSent) {
  EXPECT_EQ(SentEvents().to_json()["events"], 0);
  EXPECT_TRUE(SentEvents().to_json()["partitions"].empty());
}

}  // namespace
}  // namespace marquee::cli
