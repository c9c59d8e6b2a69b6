// Against the values that the AWS documentation publishes.
#include "aws/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/timestamp.h"

namespace marquee::aws {
namespace {

constexpr const char* kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Credentials example_credentials(std::string id, std::string secret) {
  return {std::move(id), Secret(std::move(secret)), Secret()};
}

// "Authenticating requests: Signature Version 4", IAM ListUsers.
TEST(SigV4, SignsThePublishedIamRequest) {
  const TimeMicros time = *parse_timestamp("2015-08-30T12:36:00Z");
  const RequestToSign request{
      "GET",
      "/",
      canonical_query({{"Version", "2010-05-08"}, {"Action", "ListUsers"}}),
      {{"x-amz-date", signing_time(time)},
       {"host", "iam.amazonaws.com"},
       {"content-type", "application/x-www-form-urlencoded; charset=utf-8"}},
      kEmptyHash};
  EXPECT_EQ(
      authorization(request,
                    example_credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                    {"us-east-1", "iam"}, time),
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
      "SignedHeaders=content-type;host;x-amz-date, "
      "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

// "Signature calculations for the Authorization header", the four requests to S3.
struct S3Example {
  const char* name;
  const char* method;
  const char* path;
  Pairs query;
  Pairs headers;
  const char* body;
  const char* signature;
};

class SigV4OfS3 : public testing::TestWithParam<S3Example> {};

TEST_P(SigV4OfS3, SignsThePublishedRequest) {
  const S3Example& example = GetParam();
  const TimeMicros time = *parse_timestamp("2013-05-24T00:00:00Z");
  RequestToSign request{example.method, uri_encoded(example.path, Slash::kKeep),
                        canonical_query(example.query), example.headers, sha256_hex(example.body)};
  request.headers.emplace_back("host", "examplebucket.s3.amazonaws.com");
  request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
  request.headers.emplace_back("x-amz-date", signing_time(time));
  EXPECT_THAT(authorization(request,
                            example_credentials("AKIAIOSFODNN7EXAMPLE",
                                                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                            {"us-east-1", "s3"}, time),
              testing::EndsWith(std::string("Signature=") + example.signature));
}

INSTANTIATE_TEST_SUITE_P(
    , SigV4OfS3,
    testing::Values(S3Example{"GetObject",
                              "GET",
                              "/test.txt",
                              {},
                              {{"range", "bytes=0-9"}},
                              "",
                              "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
                    S3Example{"PutObject",
                              "PUT",
                              "/test$file.text",
                              {},
                              {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                               {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                              "Welcome to Amazon S3.",
                              "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
                    S3Example{"GetLifecycle",
                              "GET",
                              "/",
                              {{"lifecycle", ""}},
                              {},
                              "",
                              "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
                    S3Example{"ListObjects",
                              "GET",
                              "/",
                              {{"prefix", "J"}, {"max-keys", "2"}},
                              {},
                              "",
                              "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"}),
    [](const auto& info) { return info.param.name; });

TEST(SigV4, EncodesWhatIsNotPlain) {
  EXPECT_EQ(uri_encoded("/date=2025-01-01/a b~.json", Slash::kKeep),
            "/date%3D2025-01-01/a%20b~.json");
  EXPECT_EQ(uri_encoded("a/b+ü", Slash::kEncode), "a%2Fb%2B%C3%BC");
}

TEST(SigV4, SortsTheQueryByTheEncodedText) {
  EXPECT_EQ(canonical_query({{"b", "2"}, {"a", "x/y"}, {"a", "x y"}, {"uploads", ""}}),
            "a=x%20y&a=x%2Fy&b=2&uploads=");
}

TEST(SigV4, CutsFractionsOfASecond) {
  EXPECT_EQ(signing_time(*parse_timestamp("2025-03-15T10:00:00.999999Z")), "20250315T100000Z");
  EXPECT_EQ(signing_time(-1), "19691231T235959Z");
}

}  // namespace
}  // namespace marquee::aws
