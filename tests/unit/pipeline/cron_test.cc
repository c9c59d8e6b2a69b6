#include "pipeline/cron.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

template <typename Bits>
std::vector<int> set_bits(const Bits& bits) {
  std::vector<int> values;
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits.test(i)) values.push_back(static_cast<int>(i));
  return values;
}

CronExpression parsed(std::string_view text) {
  const auto cron = parse_cron(text);
  EXPECT_TRUE(cron) << text << ": " << (cron ? "" : cron.error().message());
  return cron.value_or(CronExpression{});
}

TEST(Cron, ReadsTheDefault) {
  const auto cron = parsed("0 2 * * *");
  EXPECT_EQ(set_bits(cron.minutes), std::vector{0});
  EXPECT_EQ(set_bits(cron.hours), std::vector{2});
  EXPECT_TRUE(cron.matches_day(2, 29, 0));
  EXPECT_FALSE(cron.every_hour());
}

TEST(Cron, ReadsListsRangesAndSteps) {
  EXPECT_EQ(set_bits(parsed("5,10-12,*/20 * * * *").minutes),
            (std::vector{0, 5, 10, 11, 12, 20, 40}));
  EXPECT_EQ(set_bits(parsed("0 1-9/4,22/1 * * *").hours), (std::vector{1, 5, 9, 22, 23}));
  EXPECT_EQ(set_bits(parsed("\t0  0 1 1 *").days_of_month), std::vector{1});
}

TEST(Cron, ReadsNames) {
  EXPECT_EQ(set_bits(parsed("0 0 * jan,DEC *").months), (std::vector{1, 12}));
  EXPECT_EQ(set_bits(parsed("0 0 * * Mon-fri").days_of_week), (std::vector{1, 2, 3, 4, 5}));
}

TEST(Cron, SundayIsZeroAndSeven) {
  EXPECT_EQ(set_bits(parsed("0 0 * * 7").days_of_week), std::vector{0});
  EXPECT_EQ(set_bits(parsed("0 0 * * 5-7").days_of_week), (std::vector{0, 5, 6}));
  EXPECT_EQ(set_bits(parsed("0 0 * * sat-sun").days_of_week), (std::vector{0, 6}));
}

TEST(Cron, EitherRestrictedDaySuffices) {
  const auto cron = parsed("0 0 13 * fri");
  EXPECT_TRUE(cron.matches_day(3, 13, 2));
  EXPECT_TRUE(cron.matches_day(3, 6, 5));
  EXPECT_FALSE(cron.matches_day(3, 12, 2));
  EXPECT_FALSE(parsed("0 0 13 * *").matches_day(3, 6, 5));
  EXPECT_FALSE(parsed("0 0 * * fri").matches_day(3, 13, 2));
}

TEST(Cron, KnowsShorthands) {
  EXPECT_EQ(set_bits(parsed("@daily").hours), std::vector{0});
  EXPECT_TRUE(parsed("@hourly").every_hour());
}

TEST(Cron, RefusesWhatIsNoSchedule) {
  for (const char* text :
       {"", "0 2 * *", "0 2 * * * *", "60 2 * * *", "0 24 * * *", "0 2 0 * *", "0 2 32 * *",
        "0 2 * 13 *", "0 2 * * 8", "0 2 * * funday", "5-1 2 * * *", "*/0 2 * * *", "*/ 2 * * *",
        "1--2 2 * * *", ", 2 * * *", "-1 2 * * *", "1/2/3 2 * * *", "@nightly", "a b c d e"}) {
    const auto cron = parse_cron(text);
    ASSERT_FALSE(cron) << text;
    EXPECT_EQ(cron.error().code, ErrorCode::kUsage);
    EXPECT_EQ(cron.error().where, "schedule.cron");
    EXPECT_FALSE(cron.error().mend.empty());
  }
}

}  // namespace
}  // namespace marquee
