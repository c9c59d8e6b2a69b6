#include "aws/signed_http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <sstream>

#include "tests/unit/aws/stub_server.h"
#include "tests/unit/pipeline/simulated_clock.h"

namespace marquee::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr TimeMicros kNow = 1'440'938'160 * kMicrosPerSecond;  // 2015-08-30T12:36:00Z
constexpr const char* kSecret = "planted/secret+value";

Credentials credentials() {
  return {"AKIDEXAMPLE", Secret(kSecret), Secret("planted-token")};
}

SignedHttp client_of(const std::string& url, Clock& clock, HttpLimits limits = {}) {
  return std::move(*SignedHttp::make({url, {"eu-west-1", "s3"}}, credentials(), limits, clock));
}

// The signature anew, from what the server saw, by code that shares nothing with src/aws.
std::string digest_hex(const std::string& bytes) {
  unsigned char digest[32];
  EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(), nullptr);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string keyed(const std::string& key, const std::string& text) {
  unsigned char digest[32];
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, nullptr);
  return {reinterpret_cast<char*>(digest), sizeof digest};
}

std::string recomputed_signature(const StubRequest& seen) {
  const std::string& header = seen.headers.at("authorization");
  const auto part = [&](const std::string& name) {
    const std::size_t begin = header.find(name) + name.size();
    return header.substr(begin, header.find(',', begin) - begin);
  };
  const std::string names = part("SignedHeaders=");
  const std::string query =
      seen.target.contains('?') ? seen.target.substr(seen.target.find('?') + 1) : "";
  std::string canonical =
      seen.method + "\n" + seen.target.substr(0, seen.target.find('?')) + "\n" + query + "\n";
  std::istringstream list(names);
  for (std::string name; std::getline(list, name, ';');)
    canonical += name + ":" + seen.headers.at(name) + "\n";
  canonical += "\n" + names + "\n" + digest_hex(seen.body);
  const std::string day = "20150830/eu-west-1/s3/aws4_request";
  const std::string key =
      keyed(keyed(keyed(keyed("AWS4" + std::string(kSecret), "20150830"), "eu-west-1"), "s3"),
            "aws4_request");
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n20150830T123600Z\n" + day + "\n" + digest_hex(canonical);
  std::string text;
  for (const unsigned char byte : keyed(key, to_sign)) text += fmt::format("{:02x}", byte);
  return text;
}

TEST(SignedHttp, WhatIsSentIsWhatWasSigned) {
  StubServer server([](const StubRequest&) { return StubAnswer{}; });
  SimulatedClock clock(kNow);
  const SignedHttp http = client_of(server.url(), clock);
  const HttpRequest requests[] = {
      {"GET", "/bucket/date=2025-01-01/../a b.json", {}, {{"range", "bytes=0-9"}}, "", {}},
      {"GET", "/bucket", {{"prefix", "a/b="}, {"list-type", "2"}, {"uploads", ""}}, {}, "", {}},
      {"PUT", "/bucket/k", {}, {{"if-none-match", "*"}}, "body\0with zero", {}},
      {"POST", "/", {}, {{"content-type", "application/x-amz-json-1.0"}}, "{}", {}},
      {"PUT", "/bucket/empty", {}, {}, "", {}},
      {"HEAD", "/bucket/k", {}, {}, "", {}},
      {"DELETE", "/bucket/k", {}, {}, "", {}}};
  for (const HttpRequest& request : requests) ASSERT_TRUE(http.send(request));
  const auto seen = server.requests();
  ASSERT_EQ(seen.size(), std::size(requests));
  for (std::size_t k = 0; k < seen.size(); ++k) {
    EXPECT_EQ(seen[k].method, requests[k].method);
    EXPECT_EQ(seen[k].body, requests[k].body);
    EXPECT_THAT(seen[k].headers.at("authorization"),
                HasSubstr("Signature=" + recomputed_signature(seen[k])));
    EXPECT_EQ(seen[k].headers.at("x-amz-security-token"), "planted-token");
    EXPECT_THAT(seen[k].headers.at("authorization"), HasSubstr("x-amz-security-token"));
    EXPECT_EQ(seen[k].headers.at("x-amz-content-sha256"), digest_hex(seen[k].body));
  }
  EXPECT_EQ(seen[0].target, "/bucket/date%3D2025-01-01/../a%20b.json");
}

TEST(SignedHttp, UsesAConnectionAgain) {
  StubServer server([](const StubRequest&) { return StubAnswer{.body = "x"}; });
  SimulatedClock clock(kNow);
  const SignedHttp http = client_of(server.url(), clock);
  for (int k = 0; k < 20; ++k) EXPECT_EQ(http.send({})->body, "x");
  EXPECT_EQ(server.connections(), 1);
}

TEST(SignedHttp, ServesManyThreadsAtOnce) {
  StubServer server([](const StubRequest& seen) { return StubAnswer{.body = seen.target}; });
  SimulatedClock clock(kNow);
  const SignedHttp http = client_of(server.url(), clock);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int k = 0; k < 50; ++k) {
          const std::string path = fmt::format("/{}/{}", t, k);
          HttpRequest request;
          request.path = path;
          const auto answer = http.send(request);
          if (!answer || answer->body != path) ++wrong;
        }
      });
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(server.connections(), 8);
}

TEST(SignedHttp, GivesEveryStatusAndItsHeaders) {
  StubServer server([](const StubRequest&) {
    return StubAnswer{.status = 412, .headers = "ETag:  \"abc\" \r\n", .body = "no"};
  });
  SimulatedClock clock(kNow);
  const auto answer = client_of(server.url(), clock).send({});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 412);
  EXPECT_EQ(answer->header("etag"), "\"abc\"");
  EXPECT_EQ(answer->header("absent"), "");
}

TEST(SignedHttp, AnAnswerThatIsCutOffIsNone) {
  const std::string whole = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 4\r\n\r\nbody";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    StubServer server(script({{.instead = whole.substr(0, size)}}));
    SimulatedClock clock(kNow);
    const auto answer = client_of(server.url(), clock).send({});
    ASSERT_FALSE(answer) << size;
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  }
}

TEST(SignedHttp, ABodyThatEndsWithTheConnectionMayHaveBeenCutOff) {
  StubServer server(script({{.instead = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbo"}}));
  SimulatedClock clock(kNow);
  EXPECT_FALSE(client_of(server.url(), clock).send({}));
}

TEST(SignedHttp, DoesNotWaitForEver) {
  StubServer server([](const StubRequest&) { return StubAnswer{.silent = true}; });
  SimulatedClock clock(kNow);
  const auto answer = client_of(server.url(), clock, {.whole = 50ms}).send({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
}

TEST(SignedHttp, NobodyThereIsUnavailable) {
  SimulatedClock clock(kNow);
  const auto answer = client_of("http://127.0.0.1:1", clock).send({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().message(), HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(answer.error().message(), Not(HasSubstr("planted")));
}

TEST(SignedHttp, RefusesWhatIsNoEndpoint) {
  SimulatedClock clock(kNow);
  for (const char* url : {"", "127.0.0.1:7070", "ftp://host", "http://host/path", "http://u@host",
                          "http://host?x=1", "http://host:99999"}) {
    const auto http = SignedHttp::make({url, {}}, credentials(), {}, clock);
    ASSERT_FALSE(http) << url;
    EXPECT_EQ(http.error().code, ErrorCode::kUsage);
  }
}

}  // namespace
}  // namespace marquee::aws
