#include "dynamodb/request_limit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace marquee::dynamodb {
namespace {

void one_request(RequestLimit& limit, bool throttled) {
  limit.enter();
  limit.leave(throttled);
}

TEST(RequestLimit, HalvesWhenThrottledButNeverStops) {
  RequestLimit limit(8);
  for (const int allowed : {4, 2, 1, 1}) {
    one_request(limit, true);
    EXPECT_EQ(limit.allowed(), allowed);
  }
}

TEST(RequestLimit, GrowsByOneAfterAsManySuccesses) {
  RequestLimit limit(4);
  one_request(limit, true);
  one_request(limit, true);
  EXPECT_EQ(limit.allowed(), 1);
  int requests = 0;
  for (; limit.allowed() < 4; ++requests) one_request(limit, false);
  EXPECT_EQ(requests, 1 + 2 + 3);
  for (int k = 0; k < 20; ++k) one_request(limit, false);
  EXPECT_EQ(limit.allowed(), 4);
}

TEST(RequestLimit, NeverLetsMoreInThanAllowed) {
  RequestLimit limit(3);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int k = 0; k < 200; ++k) {
          limit.enter();
          int seen = ++inside;
          for (int before = most; before < seen && !most.compare_exchange_weak(before, seen);) {
          }
          std::this_thread::yield();
          --inside;
          limit.leave(false);
        }
      });
  }
  EXPECT_LE(most, 3);
}

}  // namespace
}  // namespace marquee::dynamodb
