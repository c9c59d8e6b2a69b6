// The S3 store against a server that verifies signatures and conditions.
#include "objects/s3_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/integration/aws/cutting_proxy.h"
#include "tests/integration/aws/servers.h"

namespace marquee {
namespace {

using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kMegabyte = 1 << 20;

SystemClock& system_clock() {
  static SystemClock clock;
  return clock;
}

Result<std::unique_ptr<S3Store>> open(const std::string& url, const aws::Credentials& credentials,
                                      const std::string& bucket = s3_server().bucket) {
  S3Options options;
  options.endpoint = url;
  options.bucket = bucket;
  return open_s3_store(options, credentials, system_clock());
}

std::unique_ptr<S3Store> store_at(const std::string& url) {
  auto store = open(url, s3_server().credentials);
  if (!store) throw std::runtime_error(store.error().message());
  return std::move(*store);
}

std::string random_bytes(std::size_t size) {
  std::mt19937_64 random(size);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::vector<std::string> keys(S3Store& store, std::string_view prefix) {
  std::vector<std::string> found;
  const auto objects = store.list(prefix).value();
  for (const ObjectInfo& object : objects) found.push_back(object.key);
  return found;
}

TEST(S3StoreOnServer, GivesBackWhatWasPut) {
  const auto store = store_at(s3_server().url);
  const std::string key = "back/date=2025-01-01/event_user events-0+1&2.json";
  for (const std::string& bytes :
       {std::string(), std::string("a\0b\n\xff", 5), random_bytes(40 * kMegabyte + 7)}) {
    ASSERT_TRUE(store->put(key, bytes));
    EXPECT_EQ(store->get(key).value(), bytes) << bytes.size();
  }
  EXPECT_EQ(store->get("back/absent").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(keys(*store, "back/"), ElementsAre(key));
  ASSERT_TRUE(store->remove(key));
  ASSERT_TRUE(store->remove(key));
  EXPECT_THAT(keys(*store, "back/"), ElementsAre());
}

TEST(S3StoreOnServer, ListsMoreThanAPage) {
  constexpr int kObjects = 1100;
  const auto store = store_at(s3_server().url);
  {
    std::vector<std::jthread> writers;
    for (int t = 0; t < 4; ++t)
      writers.emplace_back([&, t] {
        for (int k = t; k < kObjects; k += 4)
          EXPECT_TRUE(store->put(fmt::format("many/{}/{:05}", k % 3, k), std::to_string(k)));
      });
  }
  const auto objects = store->list("many/");
  ASSERT_TRUE(objects);
  EXPECT_EQ(objects->size(), kObjects);
  EXPECT_TRUE(std::ranges::is_sorted(*objects, {}, &ObjectInfo::key));
  EXPECT_EQ(keys(*store, "many/1/0000"),
            (std::vector<std::string>{"many/1/00001", "many/1/00004", "many/1/00007"}));
}

TEST(S3StoreOnServer, AConditionalPutNeedsTheVersionThatIsThere) {
  const auto store = store_at(s3_server().url);
  const auto first = store->put_if("condition/m", "1", "");
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(store->put_if("condition/m", "2", "").error().code, ErrorCode::kConflict);
  EXPECT_EQ(store->get_versioned("condition/m")->version, *first);
  const auto second = store->put_if("condition/m", "2", *first);
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(store->put_if("condition/m", "3", *first).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store->put_if("condition/absent", "3", *first).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store->get("condition/m"), "2");
}

TEST(S3StoreOnServer, OfManyConditionalPutsAtOnceOneWins) {
  constexpr int kWriters = 8;
  const auto store = store_at(s3_server().url);
  std::string version;
  for (int round = 0; round < 20; ++round) {
    std::vector<Result<std::string>> results(kWriters);
    {
      std::vector<std::jthread> writers;
      for (int k = 0; k < kWriters; ++k)
        writers.emplace_back([&, k] {
          results[k] = store->put_if("race/m", fmt::format("{}-{}", round, k), version);
        });
    }
    ASSERT_EQ(std::ranges::count_if(results, &Result<std::string>::has_value), 1) << round;
    for (int k = 0; k < kWriters; ++k) {
      if (!results[k]) {
        EXPECT_EQ(results[k].error().code, ErrorCode::kConflict) << results[k].error().message();
        continue;
      }
      version = *results[k];
      EXPECT_EQ(store->get("race/m"), fmt::format("{}-{}", round, k));
    }
  }
}

int server_port() {
  const std::string& url = s3_server().url;
  return std::stoi(url.substr(url.rfind(':') + 1));
}

TEST(S3StoreOnServer, AReadThatIsCutOffIsTakenUpAgain) {
  CuttingProxy proxy(server_port());
  const auto store = store_at(proxy.url());
  const std::string bytes = random_bytes(40 * kMegabyte);
  ASSERT_TRUE(store->put("cut/read", bytes));
  proxy.cut_next(5, 3 * kMegabyte);
  const auto found = store_at(proxy.url())->get("cut/read");
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_TRUE(*found == bytes);
  EXPECT_GE(proxy.cuts(), 1);
}

TEST(S3StoreOnServer, AWriteThatIsCutOffIsWholeInTheEndOrNotThere) {
  CuttingProxy proxy(server_port());
  const auto direct = store_at(s3_server().url);
  for (const std::size_t size : {2 * kMegabyte, 40 * kMegabyte}) {
    const std::string bytes = random_bytes(size);
    const auto store = store_at(proxy.url());
    proxy.cut_next(3, kMegabyte);
    const Status status = store->put("cut/write", bytes);
    ASSERT_TRUE(status) << status.error().message();
    EXPECT_TRUE(direct->get("cut/write").value() == bytes);
  }
  EXPECT_GE(proxy.cuts(), 2);
}

// The last bytes of the exchange, hence the answer, are what is cut off.
TEST(S3StoreOnServer, AConditionalPutWhoseAnswerIsLostIsNotAConflict) {
  CuttingProxy proxy(server_port());
  const std::string bytes = random_bytes(kMegabyte);
  int lost = 0;
  for (int k = 0; k < 8; ++k) {
    const auto store = store_at(proxy.url());
    const int before = proxy.cuts();
    proxy.cut_next(1, static_cast<std::int64_t>(kMegabyte) + 600 + 40 * k);
    const auto version = store->put_if(fmt::format("lost/{}", k), bytes, "");
    ASSERT_TRUE(version) << k << ": " << version.error().message();
    EXPECT_EQ(store->get_versioned(fmt::format("lost/{}", k))->version, *version);
    lost += proxy.cuts() - before;
  }
  EXPECT_GE(lost, 1);
}

class S3StoreRefusal : public testing::Test {
 protected:
  S3StoreRefusal() {
    s3_server();  // to start it is not what is measured
    begin_ = steady_clock::now();
  }
  ~S3StoreRefusal() override { EXPECT_LT(steady_clock::now() - begin_, std::chrono::seconds(20)); }

  static void expect_named(const Error& error, const std::string& url, const std::string& bucket) {
    EXPECT_THAT(error.message(), HasSubstr(url));
    EXPECT_THAT(error.message(), HasSubstr(bucket));
    EXPECT_THAT(error.message(), Not(HasSubstr("planted")));
    EXPECT_NE(error.mend, "");
  }

  steady_clock::time_point begin_;
};

TEST_F(S3StoreRefusal, OfAWrongSecret) {
  aws::Credentials wrong = s3_server().credentials;
  wrong.secret_access_key = aws::Secret("planted-secret");
  const auto store = open(s3_server().url, wrong);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kUsage);
  EXPECT_THAT(store.error().message(), HasSubstr("SignatureDoesNotMatch"));
  expect_named(store.error(), s3_server().url, "marquee");
}

TEST_F(S3StoreRefusal, OfAnUnknownKeyId) {
  const auto store =
      open(s3_server().url, {"AKNOBODY", aws::Secret("planted-secret"), aws::Secret()});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kUsage);
  expect_named(store.error(), s3_server().url, "marquee");
}

TEST_F(S3StoreRefusal, OfABucketThatIsNotThere) {
  const auto store = open(s3_server().url, s3_server().credentials, "nosuchbucket");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kUsage);
  EXPECT_THAT(store.error().message(), HasSubstr("NoSuchBucket"));
  expect_named(store.error(), s3_server().url, "nosuchbucket");
}

TEST_F(S3StoreRefusal, OfAnEndpointWhereNobodyIs) {
  const auto store = open("http://127.0.0.1:1", s3_server().credentials);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kUnavailable);
  expect_named(store.error(), "http://127.0.0.1:1", "marquee");
}

}  // namespace
}  // namespace marquee
