#include "events/access_log.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/timestamp.h"
#include "tests/unit/events/escaped_text.h"

namespace marquee {
namespace {

std::string outcome(const std::string& line) {
  const auto parsed = parse_access_log_line(line, *parse_timestamp("2025-03-15T12:00:00Z"), {});
  if (!parsed) {
    EXPECT_FALSE(parsed.error().detail.empty());
    return std::string(name_of(parsed.error().reason));
  }
  if (!*parsed) return "other";
  const RatingEvent& event = **parsed;
  return fmt::format("ok {} {} {:g} {}", event.user, event.movie, event.rating,
                     event.timestamp ? format_timestamp(*event.timestamp) : "-");
}

TEST(AccessLog, EveryCaseOfTheFile) {
  std::ifstream file(MARQUEE_TEST_DATA "/access_log.txt");
  ASSERT_TRUE(file);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const auto tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos) << line;
    EXPECT_EQ(outcome(unescape(line.substr(tab + 1))), line.substr(0, tab)) << line;
    ++cases;
  }
  EXPECT_GT(cases, 38);
}

}  // namespace
}  // namespace marquee
