#include "objects/put_new.h"

#include <gtest/gtest.h>

#include "tests/unit/lake/memory_store.h"

namespace marquee {
namespace {

constexpr BackoffOptions kShort{.shortest = std::chrono::milliseconds(1),
                                .longest = std::chrono::milliseconds(1)};

TEST(PutNew, TellsWhoWasFirst) {
  MemoryStore store;
  EXPECT_EQ(put_new(store, "a", "ours", kShort).value(), std::nullopt);
  EXPECT_EQ(put_new(store, "a", "other", kShort).value(), "ours");
  EXPECT_EQ(store.get("a"), "ours");
}

// Answers as S3 does while somebody else's put of the same key is under way.
std::function<Status(int, std::string_view)> taken_until(int number) {
  return [number](int put, std::string_view key) -> Status {
    if (put >= number) return {};
    return fail(ErrorCode::kConflict, "somebody else is writing it", std::string(key));
  };
}

TEST(PutNew, WaitsForAWriterWhoseObjectIsNotThereYet) {
  MemoryStore store;
  store.before_put = taken_until(4);
  EXPECT_EQ(put_new(store, "a", "ours", kShort).value(), std::nullopt)
      << "the other one failed, so it is put in the end";
  EXPECT_EQ(store.get("a"), "ours");
}

TEST(PutNew, GivesUpWhenNeitherComesAbout) {
  MemoryStore store;
  store.before_put = taken_until(1000);
  const auto put = put_new(store, "a", "ours", kShort);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, ErrorCode::kUnavailable) << "it may work later";
}

TEST(PutNew, PassesOtherErrorsOn) {
  MemoryStore store;
  store.before_put = [](int, std::string_view) -> Status {
    return fail(ErrorCode::kUsage, "no such bucket");
  };
  EXPECT_EQ(put_new(store, "a", "ours", kShort).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace marquee
