#include "stream/unread_partitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace marquee {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const StreamPartition kFirst{"events", 0}, kSecond{"events", 1}, kLog{"log", 0};

class UnreadPartitionsTest : public testing::Test {
 protected:
  static GroupDescription group(std::vector<StreamPartition> assigned, bool settled = true) {
    return {.settled = settled, .members = {"b", "a", "c"}, .assigned = std::move(assigned)};
  }
  std::vector<StreamPartition> due(const GroupDescription& group, int second) {
    return due_at(unread_, group, seconds(second));
  }
  static std::vector<StreamPartition> due_at(UnreadPartitions& unread,
                                             const GroupDescription& group, seconds time) {
    return unread.due(group, std::vector{kFirst, kSecond, kLog}, UnreadPartitions::Time() + time);
  }

  const GroupDescription whole_ = group({kFirst, kSecond, kLog});
  const GroupDescription without_second_ = group({kLog, kFirst});
  UnreadPartitions unread_{"a"};
};

TEST_F(UnreadPartitionsTest, NothingIsDueWhileEveryPartitionHasAnOwner) {
  for (int second = 0; second < 1000; second += 5) EXPECT_THAT(due(whole_, second), IsEmpty());
}

TEST_F(UnreadPartitionsTest, APartitionIsDueWhenItHadNoOwnerForLongerThanASession) {
  EXPECT_THAT(due(whole_, 0), IsEmpty());
  EXPECT_THAT(due(without_second_, 5), IsEmpty());
  EXPECT_THAT(due(without_second_, 14), IsEmpty());
  EXPECT_THAT(due(without_second_, 15), ElementsAre(kSecond));
}

TEST_F(UnreadPartitionsTest, EachPartitionHasATimeOfItsOwn) {
  EXPECT_THAT(due(group({kSecond}), 0), IsEmpty());
  EXPECT_THAT(due(group({kLog}), 5), IsEmpty());
  EXPECT_THAT(due(group({kLog}), 10), ElementsAre(kFirst));
}

TEST_F(UnreadPartitionsTest, AnOwnerInBetweenBeginsTheTimeAnew) {
  EXPECT_THAT(due(without_second_, 0), IsEmpty());
  EXPECT_THAT(due(whole_, 5), IsEmpty());
  EXPECT_THAT(due(without_second_, 10), IsEmpty());
  EXPECT_THAT(due(without_second_, 15), IsEmpty());
  EXPECT_THAT(due(without_second_, 20), ElementsAre(kSecond));
}

TEST_F(UnreadPartitionsTest, ARebalanceBeginsTheTimeAnew) {
  EXPECT_THAT(due(without_second_, 0), IsEmpty());
  EXPECT_THAT(due(group({kLog, kFirst}, /*settled=*/false), 10), IsEmpty());
  EXPECT_THAT(due(without_second_, 15), IsEmpty());
  EXPECT_THAT(due(without_second_, 25), ElementsAre(kSecond));
}

TEST_F(UnreadPartitionsTest, TheMembersTakeTurns) {
  UnreadPartitions b("b"), c("c"), stranger("d");
  std::map<std::string, int> first_due;
  for (int second = 0; second < 60; second += 5) {
    if (!due_at(b, without_second_, seconds(second)).empty()) first_due.try_emplace("b", second);
    if (!due_at(c, without_second_, seconds(second)).empty()) first_due.try_emplace("c", second);
    EXPECT_THAT(due_at(stranger, without_second_, seconds(second)), IsEmpty());
  }
  EXPECT_EQ(first_due, (std::map<std::string, int>{{"b", 20}, {"c", 30}}));
}

TEST_F(UnreadPartitionsTest, AttemptsThatDoNotHelpComeAtLongerAndLongerPauses) {
  std::vector<int> attempts;
  for (int second = 0; second < 20'000; second += 10)
    if (!due(without_second_, second).empty()) attempts.push_back(second);
  EXPECT_THAT(attempts, ElementsAre(10, 70, 190, 430, 910, 1870, 3790, 7390, 10990, 14590, 18190));
}

TEST_F(UnreadPartitionsTest, AfterSuccessTheNextTroubleIsMetSoon) {
  for (int second = 0; second < 2000; second += 10) static_cast<void>(due(without_second_, second));
  EXPECT_THAT(due(whole_, 4000), IsEmpty());
  EXPECT_THAT(due(without_second_, 4010), IsEmpty());
  EXPECT_THAT(due(without_second_, 4020), ElementsAre(kSecond));
  EXPECT_THAT(due(whole_, 4030), IsEmpty());
  EXPECT_THAT(due(without_second_, 4040), IsEmpty());
  EXPECT_THAT(due(without_second_, 4070), IsEmpty()) << "no two attempts within a minute";
  EXPECT_THAT(due(without_second_, 4080), ElementsAre(kSecond));
}

}  // namespace
}  // namespace marquee
