#include "stream/member_assignment.h"

#include <gmock/gmock.h>

namespace marquee {
namespace {

using testing::ElementsAre;
using namespace std::string_literals;

// Version 1; "events" with partitions 0 and 258, "log" with 1; no data of the user's.
const std::string kTwoTopics =
    "\0\1"
    "\0\0\0\2"
    "\0\6events\0\0\0\2\0\0\0\0\0\0\1\2"
    "\0\3log\0\0\0\1\0\0\0\1"
    "\xff\xff\xff\xff"s;

TEST(MemberAssignment, NamesTopicsAndPartitions) {
  const auto partitions = parse_member_assignment(kTwoTopics);
  ASSERT_TRUE(partitions);
  EXPECT_THAT(*partitions, ElementsAre(StreamPartition{"events", 0}, StreamPartition{"events", 258},
                                       StreamPartition{"log", 1}));
}

TEST(MemberAssignment, OfNothingIsNone) {
  EXPECT_TRUE(parse_member_assignment("").value().empty());
  EXPECT_TRUE(parse_member_assignment("\0\0\0\0\0\0"s).value().empty());
}

TEST(MemberAssignment, CutOffAnywhereItIsNone) {
  for (std::size_t size = 1; size < kTwoTopics.size() - 4; ++size)
    EXPECT_FALSE(parse_member_assignment(kTwoTopics.substr(0, size))) << size;
}

TEST(MemberAssignment, LengthsThatCannotBeAreRefused) {
  EXPECT_FALSE(parse_member_assignment("\0\1\x7f\xff\xff\xff"s));
  EXPECT_FALSE(parse_member_assignment("\0\1\xff\xff\xff\xff"s));
  EXPECT_FALSE(parse_member_assignment("\0\1\0\0\0\1\xff\xff"s));
  EXPECT_FALSE(parse_member_assignment("\0\1\0\0\0\1\0\1a\x7f\xff\xff\xff"s));
  EXPECT_FALSE(parse_member_assignment("\0\1\0\0\0\1\0\1a\xff\xff\xff\xff"s));
}

}  // namespace
}  // namespace marquee
