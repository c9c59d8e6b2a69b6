#include "pipeline/lake_compaction.h"

#include <gtest/gtest.h>

#include "lake/import_events.h"
#include "tests/unit/lake/memory_store.h"
#include "tests/unit/lake/plain_events.h"

namespace marquee {
namespace {

const std::string kTopic = "user-events";

TEST(LakeCompaction, GoesUpToWhatIsCommittedAndImported) {
  MemoryStore store;
  const std::vector<PlainEvent> events = {event(1, 1, 3, 5, 0), event(1, 2, 3, 6, 1),
                                          event(1, 3, 3, 7, 2), event(2, 1, 4, 8, 0, 1)};
  ASSERT_TRUE(put_bronze(store, events));
  ASSERT_TRUE(import_events(store, std::vector<FileRating>{{{7, 10, 4, 5}, 5}}, "ab", {}, 1));
  const std::vector<StreamProgress> stream = {{{kTopic, 0}, 0, 3, 2},
                                              {{kTopic, 1}, 0, 1, std::nullopt}};
  const auto done = compact_to_committed(store, stream, {}, {});
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->manifest.offsets, (OffsetVector{{"import:ab", 0, 6}, {kTopic, 0, 2}}));
  EXPECT_EQ(done->manifest.rows, 3);
  EXPECT_FALSE(compact_to_committed(store, stream, {}, {})->changed);
}

TEST(LakeCompaction, AnImportThatIsNotCompleteIsLeftOut) {
  MemoryStore store;
  ASSERT_TRUE(put_bronze(store, {event(1, 1, 3, 5, 2, 0, "import:cd")}));
  const auto done = compact_to_committed(store, {}, {}, {});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->changed);
}

}  // namespace
}  // namespace marquee
