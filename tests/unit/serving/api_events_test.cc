#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/serving/api_fixture.h"

namespace marquee::serving {
namespace {

constexpr std::string_view kEvent =
    R"({"user_id": 1, "movie_id": 10, "rating": 4.5, "extra": [1]})";

TEST(ApiEvents, TheStreamGetsTheBytesAsTheyCame) {
  ApiFixture fixture;
  ASSERT_EQ(fixture.post("/events", kEvent).status, 200);
  EXPECT_EQ(fixture.sink.events(), std::vector<std::string>{std::string(kEvent)});
}

TEST(ApiEvents, AStreamThatFailsIsToldAndNothingIsPromised) {
  ApiFixture fixture;
  fixture.sink.fail_from_now();
  const Response response = fixture.post("/events", kEvent);
  EXPECT_EQ(response.status, 500);
  EXPECT_NE(response.body.find("No space left on device (journal.db)"), std::string::npos);
  EXPECT_NE(response.body.find("free some space"), std::string::npos);
  EXPECT_NE(fixture.get("/metrics").body.find("marquee_events_total{result=\"failed\"} 1"),
            std::string::npos);
}

TEST(ApiEvents, AStreamThatIsAwayIsToldAndChangesNoReadiness) {
  ApiFixture fixture;
  const int status = fixture.get("/health").status;
  EXPECT_NE(fixture.get("/health").body.find(R"("events":{"accepted":true})"), std::string::npos);
  EXPECT_NE(fixture.get("/metrics").body.find("marquee_event_stream_up 1"), std::string::npos);
  fixture.sink.go_away();
  const Response health = fixture.get("/health");
  EXPECT_EQ(health.status, status);
  const auto events = nlohmann::json::parse(health.body)["events"];
  EXPECT_EQ(events["accepted"], false);
  EXPECT_EQ(events["detail"], "no broker (k:1)");
  EXPECT_EQ(events["mend"], "start one");
  EXPECT_NE(fixture.get("/metrics").body.find("marquee_event_stream_up 0"), std::string::npos);
}

TEST(ApiEvents, NoAnswerComesBeforeTheEventIsDurable) {
  ApiFixture fixture;
  fixture.sink.hold();
  std::promise<Response> promise;
  auto answer = promise.get_future();
  fixture.api.answer_later(
      {.method = Method::kPost, .target = "/events", .content_type = {}, .body = kEvent},
      [&](Response response) { promise.set_value(std::move(response)); });
  fixture.sink.wait_for_write();
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  EXPECT_EQ(fixture.get("/recommend/1").status, 503) << "other requests must not wait for the disk";
  fixture.sink.release();
  EXPECT_EQ(answer.get().status, 200);
}

}  // namespace
}  // namespace marquee::serving
