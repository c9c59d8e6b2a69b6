#include "events/event_key.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "events/rating_event.h"

namespace marquee {
namespace {

TEST(EventKey, EveryCaseOfTheFile) {
  std::ifstream file(MARQUEE_TEST_DATA "/event_keys.txt");
  ASSERT_TRUE(file);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const auto tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos) << line;
    const std::string event = line.substr(tab + 1);
    EXPECT_EQ(event_key(event), line.substr(0, tab)) << line;
    ++cases;
  }
  EXPECT_GE(cases, 16);
}

RC_GTEST_PROP(EventKey, IsTheUserOfEveryEventThatIsValid, ()) {
  const RatingEvent event{*rc::gen::positive<UserId>(), *rc::gen::positive<MovieId>(), 3, {}};
  RC_ASSERT(event_key(to_json(event)) == std::to_string(event.user));
}

RC_GTEST_PROP(EventKey, AnyBytesAreNoCrash, (const std::string& tail)) {
  RC_ASSERT(event_key(R"({"a":")" + tail).size() <= tail.size());
}

}  // namespace
}  // namespace marquee
