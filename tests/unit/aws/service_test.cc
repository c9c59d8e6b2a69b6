#include "aws/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/log.h"
#include "tests/unit/aws/stub_server.h"
#include "tests/unit/pipeline/simulated_clock.h"

namespace marquee::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr TimeMicros kNow = 1'440'938'160 * kMicrosPerSecond;

Service service_at(const std::string& url, Clock& clock, RetryOptions retries = {}) {
  return std::move(*Service::make({{url, {"us-east-1", "s3"}}, {.whole = 2s}, retries},
                                  {"id", Secret("planted-secret"), Secret()}, clock));
}

TEST(Service, TriesAgainUntilItSucceeds) {
  StubServer server(script({{.status = 500},
                            {.body = "0123", .cut_after = 2},
                            {.status = 503, .body = "<Error><Code>SlowDown</Code></Error>"},
                            {.status = 200, .body = "done"}}));
  SimulatedClock clock(kNow);
  const Service service = service_at(server.url(), clock);
  const auto outcome = service.send({});
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->answer.body, "done");
  EXPECT_EQ(outcome->tries, 4);
  EXPECT_TRUE(outcome->throttled);
  const ServiceCounts counts = service.counts();
  EXPECT_EQ(counts.requests, 4);
  EXPECT_EQ(counts.retries, 3);
  EXPECT_EQ(counts.throttled, 1);
  EXPECT_EQ(counts.given_up, 0);
}

TEST(Service, ARefusalIsNotRepeated) {
  StubServer server(script({{.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"}}));
  SimulatedClock clock(kNow);
  const auto outcome = service_at(server.url(), clock).send({});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->answer.status, 403);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(Service, GivesUpAfterItsTries) {
  StubServer server(script({{.status = 500}}));
  SimulatedClock clock(kNow);
  const Service service = service_at(server.url(), clock, {.tries = 3});
  const auto outcome = service.send({});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(outcome.error().message(), HasSubstr(server.url()));
  EXPECT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(service.counts().given_up, 1);
}

TEST(Service, GivesUpAfterItsBudget) {
  StubServer server(script({{.status = 500}}));
  SimulatedClock clock(kNow);
  const RetryOptions retries{.tries = 1000, .budget = 10s, .backoff = {1s, 4s}};
  ASSERT_FALSE(service_at(server.url(), clock, retries).send({}));
  EXPECT_LE(clock.now() - kNow, 10 * kMicrosPerSecond);
  EXPECT_GE(server.requests().size(), 4u);
}

TEST(Service, StaysAwayAsLongAsTheServerAsks) {
  StubServer server(script({{.status = 429, .headers = "Retry-After: 7\r\n"}, {.status = 200}}));
  SimulatedClock clock(kNow);
  ASSERT_TRUE(service_at(server.url(), clock).send({}));
  EXPECT_GE(clock.now() - kNow, 7 * kMicrosPerSecond);
}

TEST(Service, DoesNotWaitLongerThanItsBudgetForRetryAfter) {
  StubServer server(script({{.status = 503, .headers = "Retry-After: 600\r\n"}}));
  SimulatedClock clock(kNow);
  ASSERT_FALSE(service_at(server.url(), clock, {.budget = 10s}).send({}));
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(clock.now(), kNow);
}

TEST(Service, NeverShowsTheSecret) {
  testing::internal::CaptureStderr();
  ASSERT_TRUE(configure_log({.level = "trace"}));
  StubServer server(
      script({{.status = 403, .body = "<Error><Code>SignatureDoesNotMatch</Code></Error>"},
              {.status = 500}}));
  SimulatedClock clock(kNow);
  const Service service = service_at(server.url(), clock, {.tries = 2});
  const auto refused = service.send({});
  ASSERT_TRUE(refused);
  EXPECT_THAT(to_error(refused->answer, "there").message(), Not(HasSubstr("planted")));
  EXPECT_THAT(service.send({}).error().message(), Not(HasSubstr("planted")));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("planted")));
}

}  // namespace
}  // namespace marquee::aws
