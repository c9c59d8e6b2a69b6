// The quick way to judge an event against the thorough one: what it takes, it must take alike.
#include "events/event_forms.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "core/timestamp.h"
#include "tests/unit/events/escaped_text.h"

namespace marquee {
namespace {

const TimeMicros kRecorded = *parse_timestamp("2025-03-15T12:00:00Z");

// False when the quick way took an event that the thorough one refuses or reads differently.
bool agree(const std::string& event) {
  const auto plain = parse_plain_event(event, kRecorded, {});
  if (!plain) return true;
  const auto any = parse_any_event(event, kRecorded, {});
  return any && *any == *plain;
}

bool is_plain(const std::string& event) {
  return parse_plain_event(event, kRecorded, {}).has_value();
}

TEST(PlainEvent, AgreesOnEveryCaseOfTheFile) {
  std::ifstream file(MARQUEE_TEST_DATA "/events.txt");
  ASSERT_TRUE(file);
  int quick = 0;
  for (std::string line; std::getline(file, line);) {
    const auto tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string::npos) continue;
    const std::string event = unescape(line.substr(tab + 1));
    EXPECT_TRUE(agree(event)) << line;
    quick += is_plain(event) ? 1 : 0;
  }
  EXPECT_GE(quick, 10);
}

TEST(PlainEvent, TakesWhatSendersSend) {
  EXPECT_TRUE(is_plain(to_json({1, 2, 4.5, kRecorded})));
  EXPECT_TRUE(is_plain(to_json({999'999'999'999'999'999, 1, 0.5, std::nullopt})));
  EXPECT_TRUE(is_plain("{\"rating\":4,\"movie_id\":2,\"user_id\":1,\"timestamp\":null}\n"));
  EXPECT_TRUE(is_plain(
      R"({"user_id":1,"device":"tv","movie_id":2,"page":17,"share":0.25,"new":true,"rating":4.25})"));
}

TEST(PlainEvent, LeavesWhatItDoesNotKnowToTheThoroughWay) {
  std::string many = R"({"user_id":1,"movie_id":2,"rating":3)";
  for (int k = 0; k < 40; ++k) many += fmt::format(R"(,"f{}":{})", k, k);
  for (const std::string& event :
       {many + "}", to_json({INT64_MAX, 2, 3, std::nullopt}),
        std::string(R"({"user_id":1,"movie_id":2,"rating":3,"device":{"os":["a",1]}})"),
        std::string(R"({"user_id":1,"movie_id":2,"rating":3,"note":"ü\n"})"),
        std::string(R"({"user_id":1,"movie_id":2,"rating":3e0})")}) {
    EXPECT_FALSE(is_plain(event)) << event;
    EXPECT_TRUE(parse_rating_event(event, kRecorded, {})) << event;
  }
  EXPECT_FALSE(is_plain(R"({"user_id":1,"movie_id":2,"rating":3,"a":1,"a":2})"));
}

// Texts near an event: fields that may stand twice or be of any type, then a few bytes changed.
rc::Gen<std::string> near_event() {
  const auto key = rc::gen::element<std::string>(R"("user_id")", R"("movie_id")", R"("rating")",
                                                 R"("timestamp")", R"("user\u005fid")",
                                                 R"("other")", R"("_source")");
  const auto value = rc::gen::element<std::string>(
      "1", "2", "-0", "0", "4.5", "1e0", "1E400", "1e-400", "01", "1.", "5.0000000000000001",
      "0.1e1", "9223372036854775807", "9223372036854775808", "18446744073709551616", "null", "true",
      R"("2025-03-15T10:00:00Z")", R"("2025-03-15")", R"("x")", "\"\xC3\xBC\"", "\"\xC3\"",
      R"("\ud800")", "[1,{}]", R"({"user_id":3})", "[", "{}");
  const auto field = rc::gen::apply(
      [](const std::string& k, const std::string& v) { return k + ":" + v; }, key, value);
  const auto usual = rc::gen::just(
      std::vector<std::string>{R"("user_id":7)", R"("movie_id": 8)", R"("rating":3.5)"});
  return rc::gen::apply(
      [](std::vector<std::string> fields, const std::vector<std::string>& more, int keep) {
        fields.resize(static_cast<std::size_t>(keep));
        fields.insert(fields.end(), more.begin(), more.end());
        return fmt::format("{{{}}}", fmt::join(fields, ", "));
      },
      usual, rc::gen::container<std::vector<std::string>>(field), rc::gen::inRange(2, 4));
}

RC_GTEST_PROP(PlainEvent, AgreesNearEvents, ()) {
  std::string event = *near_event();
  RC_ASSERT(agree(event));
  const auto place = *rc::gen::inRange<std::size_t>(0, event.size());
  event[place] =
      *rc::gen::element<char>('"', '\\', '}', '{', ',', ':', ' ', '\0', '\n', '7', '.', 'e', '-',
                              static_cast<char>(0xC3), static_cast<char>(0xED));
  RC_ASSERT(agree(event));
}

RC_GTEST_PROP(PlainEvent, ReadsEveryRatingToTheLastBit, ()) {
  const auto digits = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
  const std::string event =
      fmt::format(R"({{"user_id":1,"movie_id":2,"rating":0.5{:012}}})", digits);
  RC_ASSERT(is_plain(event));
  RC_ASSERT(agree(event));
}

}  // namespace
}  // namespace marquee
