// A five-field cron expression: which minutes of which days a job runs, in local civil time. Knows
// nothing of time zones; schedule.h puts the two together.
#pragma once

#include <bitset>
#include <string_view>

#include "core/error.h"

namespace marquee {

struct CronExpression {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days_of_month;  // 1 to 31
  std::bitset<13> months;         // 1 to 12
  std::bitset<7> days_of_week;    // 0 is Sunday
  bool any_day_of_month = false;  // the field began with "*"
  bool any_day_of_week = false;

  // True when the job runs every hour: such a job also runs in both passes of an hour that comes
  // twice.
  bool every_hour() const { return hours.all(); }
  // As in cron: when both the day of the month and the day of the week are restricted (do not begin
  // with "*"), either one suffices; otherwise both must match.
  bool matches_day(int month, int day_of_month, int day_of_week) const;
};

// "minute hour day-of-month month day-of-week". A field is "*", a number, a range "1-5", either
// with a step "/2", or a comma-separated list of those; months and days of the week may be English
// three-letter names, and 7 is Sunday, too. Also "@hourly", "@daily", "@midnight", "@weekly",
// "@monthly", "@yearly". kUsage names the field that is wrong.
Result<CronExpression> parse_cron(std::string_view text);

}  // namespace marquee
