// What a real server seldom does: answers that are lost, pages, uploads that fail, replacement
// while an object is read.
#include "objects/s3_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/aws/stub_server.h"
#include "tests/unit/pipeline/simulated_clock.h"

namespace marquee {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Answers = std::vector<StubAnswer>;

class S3StoreTest : public testing::Test {
 protected:
  // A store of parts of 4 bytes, one at a time, whose server answers with these in turn.
  S3Store& serve(std::function<StubAnswer(const StubRequest&)> answers) {
    server_.emplace(std::move(answers));
    auto service = aws::Service::make(
        {.endpoint = {server_->url(), {"us-east-1", "s3"}}, .retries = {.tries = 3}},
        {"id", aws::Secret("secret"), aws::Secret()}, clock_);
    return store_.emplace(std::move(*service), "bucket",
                          S3Transfers{.part_bytes = 4, .parallel_parts = 1});
  }
  std::vector<std::string> requests() const {
    std::vector<std::string> lines;
    for (const StubRequest& request : server_->requests())
      lines.push_back(request.method + " " + request.target);
    return lines;
  }
  const StubRequest& request(std::size_t k) {
    seen_ = server_->requests();
    return seen_.at(k);
  }

  SimulatedClock clock_{1'440'938'160 * kMicrosPerSecond};
  std::optional<StubServer> server_;
  std::optional<S3Store> store_;
  std::vector<StubRequest> seen_;
};

StubAnswer part(const std::string& bytes, const std::string& range, const std::string& etag) {
  return {.status = 206,
          .headers = fmt::format("ETag: {}\r\nContent-Range: bytes {}\r\n", etag, range),
          .body = bytes};
}

TEST_F(S3StoreTest, ReadsALargeObjectInPartsOfOneVersion) {
  S3Store& store = serve(script(
      {part("0123", "0-3/10", "v1"), part("4567", "4-7/10", "v1"), part("89", "8-9/10", "v1")}));
  const auto found = store.get_versioned("a/k");
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->bytes, "0123456789");
  EXPECT_EQ(found->version, "v1");
  EXPECT_EQ(request(0).headers.at("range"), "bytes=0-3");
  EXPECT_EQ(request(2).headers.at("range"), "bytes=8-9");
  EXPECT_EQ(request(2).headers.at("if-match"), "v1");
}

TEST_F(S3StoreTest, StartsAgainWhenTheObjectIsReplacedWhileItIsRead) {
  S3Store& store = serve(script({part("0123", "0-3/6", "v1"),
                                 {.status = 412},
                                 part("abcd", "0-3/6", "v2"),
                                 part("ef", "4-5/6", "v2")}));
  EXPECT_EQ(store.get("k"), "abcdef");
}

TEST_F(S3StoreTest, NeverPassesOffAPartAsTheWhole) {
  for (const Answers& answers :
       {Answers{part("012", "0-2/6", "v1")},
        Answers{part("0123", "0-3/6", "v1"), part("4", "4-4/6", "v1")},
        Answers{part("0123", "0-3/6", "v1"), {.body = "456789"}},
        Answers{part("0123", "0-3/x", "v1")}, Answers{part("0123", "0-3/2", "v1")}}) {
    const auto found = serve(script(answers)).get("k");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
  }
}

TEST_F(S3StoreTest, ReadsAnEmptyObjectAndAServerWithoutRanges) {
  EXPECT_EQ(serve(script({{.status = 416}, {.status = 200}})).get("k"), "");
  EXPECT_EQ(serve(script({{.status = 200, .body = "0123456789"}})).get("k"), "0123456789");
}

TEST_F(S3StoreTest, AConditionalPutWhoseAnswerWasLostIsRecognised) {
  std::string mark;
  S3Store& store = serve([&](const StubRequest& seen) -> StubAnswer {
    if (seen.method == "HEAD")
      return {.headers = "ETag: mine\r\nx-amz-meta-marquee-put: " + mark + "\r\n"};
    const bool first = std::exchange(mark, seen.headers.at("x-amz-meta-marquee-put")).empty();
    return {.status = first ? 500 : 412};
  });
  const auto version = store.put_if("k", "x", "");
  ASSERT_TRUE(version) << version.error().message();
  EXPECT_EQ(*version, "mine");
  EXPECT_EQ(request(0).headers.at("if-none-match"), "*");
}

TEST_F(S3StoreTest, AConditionalPutWithoutAnyAnswerIsRecognisedIfItWasCarriedOut) {
  const StubAnswer no_answer{.body = "x", .cut_after = 0};
  std::string mark;
  S3Store& store = serve([&](const StubRequest& seen) -> StubAnswer {
    if (seen.method == "HEAD")
      return {.headers = "ETag: mine\r\nx-amz-meta-marquee-put: " + mark + "\r\n"};
    mark = seen.headers.at("x-amz-meta-marquee-put");
    return no_answer;
  });
  const auto version = store.put_if("k", "x", "");
  ASSERT_TRUE(version) << version.error().message();
  EXPECT_EQ(*version, "mine");

  EXPECT_EQ(serve(script({no_answer})).put_if("k", "x", "").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(serve([&](const StubRequest& seen) -> StubAnswer {
              return seen.method == "HEAD" ? StubAnswer{.status = 404} : no_answer;
            })
                .put_if("k", "x", "")
                .error()
                .code,
            ErrorCode::kUnavailable);
}

TEST_F(S3StoreTest, AConditionalPutAfterARetryMayStillHaveLost) {
  S3Store& store = serve([](const StubRequest& seen) -> StubAnswer {
    static std::atomic<int> puts = 0;
    if (seen.method == "HEAD")
      return {.headers = "ETag: theirs\r\nx-amz-meta-marquee-put: theirs\r\n"};
    return {.status = ++puts == 1 ? 500 : 412};
  });
  EXPECT_EQ(store.put_if("k", "x", "").error().code, ErrorCode::kConflict);
}

TEST_F(S3StoreTest, AConditionalPutOnAVersionThatIsGoneIsAConflict) {
  S3Store& store =
      serve(script({{.status = 404, .body = "<Error><Code>NoSuchKey</Code></Error>"}}));
  EXPECT_EQ(store.put_if("k", "x", "v1").error().code, ErrorCode::kConflict);
  EXPECT_EQ(request(0).headers.at("if-match"), "v1");
}

const StubAnswer kBegun{.body =
                            "<InitiateMultipartUploadResult><UploadId>u 1</UploadId>"
                            "</InitiateMultipartUploadResult>"};
const StubAnswer kPartTaken{.headers = "ETag: \"p\"\r\n"};

TEST_F(S3StoreTest, WritesALargeObjectInParts) {
  S3Store& store = serve(script({kBegun, kPartTaken, kPartTaken, {.body = "<Done/>"}}));
  ASSERT_TRUE(store.put("k", "012345"));
  EXPECT_THAT(
      requests(),
      ElementsAre("POST /bucket/k?uploads=", "PUT /bucket/k?partNumber=1&uploadId=u%201",
                  "PUT /bucket/k?partNumber=2&uploadId=u%201", "POST /bucket/k?uploadId=u%201"));
  EXPECT_EQ(request(2).body, "45");
  EXPECT_THAT(request(3).body, HasSubstr("<PartNumber>2</PartNumber><ETag>\"p\"</ETag>"));
}

TEST_F(S3StoreTest, AnUploadThatEndsWithAnErrorInASuccessIsAFailure) {
  S3Store& store = serve(script({kBegun,
                                 kPartTaken,
                                 kPartTaken,
                                 {.body = "<Error><Code>InternalError</Code></Error>"},
                                 {.status = 404}}));
  const Status status = store.put("k", "012345");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(requests().back(), "DELETE /bucket/k?uploadId=u%201");
}

TEST_F(S3StoreTest, WhatWasSentOfAFailedUploadIsRemoved) {
  S3Store& store = serve(script({kBegun, {.status = 403}, {.status = 204}}));
  EXPECT_EQ(store.put("k", "012345").error().code, ErrorCode::kUsage);
  EXPECT_EQ(requests().back(), "DELETE /bucket/k?uploadId=u%201");
}

TEST_F(S3StoreTest, ListsPageByPage) {
  S3Store& store = serve(script(
      {{.body = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t/1="
                "</NextContinuationToken><Contents><Key>b&amp;2</Key><Size>7</Size></Contents>"
                "</ListBucketResult>"},
       {.body = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key>"
                "<Size>5000000000</Size></Contents></ListBucketResult>"}}));
  const auto objects = store.list("p/");
  ASSERT_TRUE(objects) << objects.error().message();
  ASSERT_EQ(objects->size(), 2u);
  EXPECT_EQ((*objects)[0].key, "a");
  EXPECT_EQ((*objects)[0].size, 5'000'000'000u);
  EXPECT_EQ((*objects)[1].key, "b&2");
  EXPECT_THAT(requests(),
              ElementsAre("GET /bucket?list-type=2&prefix=p%2F",
                          "GET /bucket?continuation-token=t%2F1%3D&list-type=2&prefix=p%2F"));
}

TEST_F(S3StoreTest, AnAnswerThatIsNotOfS3IsNoEmptyList) {
  EXPECT_EQ(serve(script({{.body = "<html>hello</html>"}})).list("").error().code,
            ErrorCode::kCorrupt);
  EXPECT_EQ(serve(script({{.body = "<ListBucketResult><IsTruncated>true</IsTruncated>"
                                   "</ListBucketResult>"}}))
                .list("")
                .error()
                .code,
            ErrorCode::kCorrupt);
}

TEST_F(S3StoreTest, NamesBucketEndpointAndKeyWhenTheServerIsGone) {
  const auto found = serve(script({{.status = 503}})).get("a/k");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(found.error().where, "s3://bucket/a/k at " + server_->url());
  EXPECT_EQ(requests().size(), 3u);
}

TEST_F(S3StoreTest, CheckSaysWhyTheBucketCannotBeUsed) {
  EXPECT_TRUE(serve(script({{.status = 200}})).check());
  const Status odd =
      serve(script({{.status = 404, .body = "<Error><Code>UserNotFound</Code></Error>"}})).check();
  EXPECT_EQ(odd.error().code, ErrorCode::kUsage);
  EXPECT_THAT(odd.error().message(), HasSubstr("UserNotFound"));
  EXPECT_EQ(serve(script({{.status = 500}})).check().error().code, ErrorCode::kUnavailable);
}

TEST_F(S3StoreTest, RefusesKeysThatLocalStoresRefuse) {
  S3Store& store = serve(script({{.status = 200}}));
  for (const char* key : {"", "/etc/x", "../x", "a/../../x", "a/./b", "a/", "a//b"})
    EXPECT_EQ(store.put(key, "x").error().code, ErrorCode::kUsage) << key;
  EXPECT_THAT(requests(), ElementsAre());
}

}  // namespace
}  // namespace marquee
