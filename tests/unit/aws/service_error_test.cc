#include "aws/service_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace marquee::aws {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  long status;
  const char* body;
  Verdict verdict;
  ErrorCode code;
};

const Case kCases[] = {
    {"WrongSecret", 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", Verdict::kRefused,
     ErrorCode::kUsage},
    {"MissingBucket", 404, "<Error><Code>NoSuchBucket</Code></Error>", Verdict::kRefused,
     ErrorCode::kUsage},
    {"MissingKey", 404, "<Error><Code>NoSuchKey</Code></Error>", Verdict::kRefused,
     ErrorCode::kNotFound},
    {"MissingAccount", 404, "<Error><Code>UserNotFound</Code></Error>", Verdict::kRefused,
     ErrorCode::kInternal},
    {"MissingWithoutBody", 404, "", Verdict::kRefused, ErrorCode::kNotFound},
    {"Condition", 412, "<Error><Code>PreconditionFailed</Code></Error>", Verdict::kRefused,
     ErrorCode::kConflict},
    {"ConditionInFlight", 409, "<Error><Code>ConditionalRequestConflict</Code></Error>",
     Verdict::kTransient, ErrorCode::kUnavailable},
    {"SlowDown", 503, "<Error><Code>SlowDown</Code></Error>", Verdict::kThrottled,
     ErrorCode::kUnavailable},
    {"NoBody", 500, "", Verdict::kTransient, ErrorCode::kUnavailable},
    {"TooMany", 429, "", Verdict::kThrottled, ErrorCode::kUnavailable},
    {"Throughput", 400,
     R"({"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"})",
     Verdict::kThrottled, ErrorCode::kUnavailable},
    {"Throttling", 400, R"({"__type":"com.amazon.coral.availability#ThrottlingException"})",
     Verdict::kThrottled, ErrorCode::kUnavailable},
    {"MissingTable", 400, R"({"__type":"x#ResourceNotFoundException"})", Verdict::kRefused,
     ErrorCode::kNotFound},
    {"UnknownKeyId", 400, R"({"__type":"x#UnrecognizedClientException"})", Verdict::kRefused,
     ErrorCode::kUsage},
    {"Validation", 400, R"({"__type":"x#ValidationException","message":"no such attribute"})",
     Verdict::kRefused, ErrorCode::kInternal},
    {"OtherRegion", 301, "<Error><Code>PermanentRedirect</Code></Error>", Verdict::kRefused,
     ErrorCode::kUsage},
    {"NeitherXmlNorJson", 400, "{half", Verdict::kRefused, ErrorCode::kInternal},
};

class ServiceErrorTest : public testing::TestWithParam<Case> {};

TEST_P(ServiceErrorTest, IsJudged) {
  const HttpAnswer answer{GetParam().status, {}, GetParam().body};
  EXPECT_EQ(verdict_on(answer), GetParam().verdict);
  EXPECT_EQ(to_error(answer, "there").code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(, ServiceErrorTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(ServiceError, SaysWhatTheServerSaid) {
  const HttpAnswer answer{400, {}, R"({"__type":"x#ValidationException","message":"too long"})"};
  EXPECT_THAT(to_error(answer, "there").message(),
              HasSubstr("400 ValidationException: too long (there)"));
}

TEST(ServiceError, ReadsRetryAfter) {
  EXPECT_EQ(retry_after({503, {{"retry-after", "7"}}, ""}), std::chrono::seconds(7));
  EXPECT_EQ(retry_after({503, {{"retry-after", "-1"}}, ""}).count(), 0);
  EXPECT_EQ(retry_after({503, {}, ""}).count(), 0);
}

}  // namespace
}  // namespace marquee::aws
