#include "ingest/event_maker.h"

#include <gtest/gtest.h>

#include <set>

namespace marquee {
namespace {

class EventMakerTest : public testing::Test {
 protected:
  void fill(int movies, int rated_by_user_1) {
    for (int m = 1; m <= movies; ++m)
      movies_.push_back({.id = m, .title = "M", .genres = {}, .year = 0, .tags = {}});
    for (int m = 1; m <= rated_by_user_1; ++m) ratings_.push_back({1, m, 3, 5});
    for (int u = 2; u <= 20; ++u) ratings_.push_back({u, u, 3, 5});
  }
  Result<EventMaker> create(const EventMakerOptions& options) const {
    return EventMaker::create(ratings_, movies_, options);
  }

  std::vector<Rating> ratings_;
  std::vector<Movie> movies_;
};

TEST_F(EventMakerTest, DrawsUnratedMoviesAndGivesTheUserItsShare) {
  fill(200, 50);
  auto maker = create({.user = 1, .seed = 3});
  ASSERT_TRUE(maker);
  std::set<std::pair<UserId, MovieId>> pairs;
  int own = 0;
  for (int k = 0; k < 100; ++k) {
    const auto event = maker->next(77);
    ASSERT_TRUE(event) << event.error().message();
    EXPECT_TRUE(pairs.emplace(event->user, event->movie).second) << "a pair came twice";
    EXPECT_TRUE(event->movie >= 1 && event->movie <= 200);
    EXPECT_TRUE(event->user != 1 || event->movie > 50) << "rated already";
    EXPECT_NE(event->user, event->movie) << "rated already";
    EXPECT_TRUE(event->rating >= 1 && event->rating <= 5);
    EXPECT_EQ(event->timestamp, 77);
    own += event->user == 1;
  }
  EXPECT_GE(own, 20);
  EXPECT_LE(own, 60);
}

TEST_F(EventMakerTest, ANewUserCanRate) {
  fill(30, 10);
  auto maker = create({.user = 777, .seed = 3});
  ASSERT_TRUE(maker);
  EXPECT_EQ(maker->next(1)->user, 777);
}

TEST_F(EventMakerTest, TheSeedDecides) {
  fill(200, 10);
  const auto events = [&](std::uint64_t seed) {
    auto maker = create({.user = 1, .seed = seed});
    std::string text;
    for (int k = 0; k < 20; ++k) text += to_json(*maker->next(1));
    return text;
  };
  EXPECT_EQ(events(1), events(1));
  EXPECT_NE(events(1), events(2));
}

TEST_F(EventMakerTest, SaysWhenThereIsNothingToRate) {
  const auto none = create({});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().mend.find("import"), std::string::npos);
  fill(30, 28);
  auto maker = create({.user = 1, .seed = 3});
  std::string what;
  for (int k = 0; k < 20 && what.empty(); ++k)
    if (const auto event = maker->next(1); !event) what = event.error().what;
  EXPECT_EQ(what, "user 1 has rated every movie");
}

}  // namespace
}  // namespace marquee
