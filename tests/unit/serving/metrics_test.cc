#include "serving/metrics.h"

#include <gmock/gmock.h>

#include "core/timestamp.h"

namespace marquee::serving {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kLastSuccess = "\nmarquee_last_successful_run_timestamp_seconds ";
constexpr const char* kOverdue = "\nmarquee_nightly_run_overdue ";

TEST(MetricsTest, NothingIsToldOfTheNightsBeforeSomebodyLooked) {
  const Metrics metrics;
  EXPECT_THAT(metrics.text(nullptr, 0, true), Not(HasSubstr("run_timestamp")));
  EXPECT_THAT(metrics.text(nullptr, 0, true), Not(HasSubstr("overdue")));
}

TEST(MetricsTest, TellsWhetherTheNightsHappen) {
  Metrics metrics;
  metrics.note_nights({.last_success = parse_timestamp("2026-03-01T02:00:00Z"), .overdue = true});
  EXPECT_THAT(metrics.text(nullptr, 0, true),
              HasSubstr(kLastSuccess + std::string("1772330400\n")));
  EXPECT_THAT(metrics.text(nullptr, 0, true), HasSubstr(kOverdue + std::string("1\n")));
  metrics.note_nights({});
  EXPECT_THAT(metrics.text(nullptr, 0, true), Not(HasSubstr("run_timestamp")));
  EXPECT_THAT(metrics.text(nullptr, 0, true), HasSubstr(kOverdue + std::string("0\n")));
}

}  // namespace
}  // namespace marquee::serving
