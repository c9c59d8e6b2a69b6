#include "lake/import_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "lake/bronze_name.h"
#include "tests/unit/lake/bronze_fixture.h"

namespace marquee {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr std::string_view kHash = "0123456789abcdef";

const TimeMicros kNoon = parse_timestamp("2025-03-15T12:00:00Z").value();

const std::vector<FileRating> kRatings = {{{7, 70, 3.7F, kNoon}, 4},
                                          {{7, 71, 4.5F, kUnknownTime}, 2},
                                          {{8, 70, 5.0F, kNoon + 1}, 3},
                                          {{9, 70, 0.5F, -1}, 6}};

std::vector<BronzeEvent> imported(ObjectStore& store) {
  std::vector<OffsetRange> ranges;
  const auto imports = completed_imports(store).value();
  for (const CompletedImport& import : imports) ranges.push_back(import.range);
  return read_all(store, ranges).value();
}

TEST(ImportEvents, RatingsBecomeEventsOfTheFilesOwnTopic) {
  MemoryStore store;
  EXPECT_EQ(import_events(store, kRatings, kHash, BronzeOptions{}, 2), true);
  const auto events = imported(store);
  ASSERT_THAT(events, SizeIs(4));
  for (std::size_t k = 0; k < events.size(); ++k) {
    const FileRating& from = kRatings[std::vector{1, 2, 0, 3}[k]];
    EXPECT_EQ(events[k].rating, from.rating);
    EXPECT_EQ(events[k].source,
              (Provenance{SourceKind::kImport, "import:0123456789abcdef", 0, from.line}));
  }
  const auto imports = completed_imports(store).value();
  ASSERT_THAT(imports, SizeIs(1));
  EXPECT_EQ(imports[0].range, (OffsetRange{"import:0123456789abcdef", 0, 2, 7}));
  EXPECT_EQ(imports[0].events, 4);
}

TEST(ImportEvents, LinesAreThoseOfTheContract) {
  MemoryStore store;
  ASSERT_TRUE(import_events(store, kRatings, kHash, BronzeOptions{}, 1));
  const std::string folder = "bronze/user-events/date=";
  const std::string stem = "/event_import%3A0123456789abcdef-0-";
  EXPECT_THAT(
      store.keys(),
      ElementsAre("bronze/imports/import_0123456789abcdef.json",
                  folder + "1969-12-31" + stem + "00000000000000000006-00000000000000000006.json",
                  folder + "2025-03-15" + stem + "00000000000000000003-00000000000000000004.json",
                  folder + "unknown" + stem + "00000000000000000002-00000000000000000002.json"));
  EXPECT_EQ(store.get(store.keys()[2]).value(),
            R"({"user_id":8,"movie_id":70,"rating":5,"timestamp":"2025-03-15T12:00:00.000001Z",)"
            R"("_source":{"topic":"import:0123456789abcdef","partition":0,"offset":3}})"
            "\n"
            R"({"user_id":7,"movie_id":70,"rating":3.7,"timestamp":"2025-03-15T12:00:00Z",)"
            R"("_source":{"topic":"import:0123456789abcdef","partition":0,"offset":4}})"
            "\n");
  EXPECT_TRUE(store.get(store.keys()[3])->contains(R"("timestamp":null,"_source":{)"));
}

TEST(ImportEvents, TheSameFileTwiceChangesNothing) {
  MemoryStore store;
  ASSERT_TRUE(import_events(store, kRatings, kHash, BronzeOptions{}, 1));
  const auto keys = store.keys();
  const int puts = store.puts();
  EXPECT_EQ(import_events(store, kRatings, kHash, BronzeOptions{.max_events_per_object = 1}, 1),
            false);
  EXPECT_EQ(store.keys(), keys);
  EXPECT_EQ(store.puts(), puts);
}

TEST(ImportEvents, TheSameFileWithOtherResultsIsRefused) {
  MemoryStore store;
  ASSERT_TRUE(import_events(store, kRatings, kHash, BronzeOptions{}, 1));
  const auto again = import_events(store, std::span(kRatings).first(3), kHash, BronzeOptions{}, 1);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_THAT(imported(store), SizeIs(4));
}

// Killed after any put, it is not there, and running it again completes it.
TEST(ImportEvents, KilledAtAnyPutNobodySeesAPart) {
  for (int killed = 1;; ++killed) {
    MemoryStore store;
    store.before_put = [&](int number, std::string_view) -> Status {
      return number >= killed ? Status(fail(ErrorCode::kUnavailable, "killed")) : Status{};
    };
    const bool done = import_events(store, kRatings, kHash, BronzeOptions{}, 1).has_value();
    EXPECT_THAT(completed_imports(store).value(), SizeIs(done ? 1 : 0));
    if (done) break;
    store.before_put = nullptr;
    // Settings that changed in between make other objects; readers count each line once.
    EXPECT_EQ(import_events(store, kRatings, kHash, BronzeOptions{.max_events_per_object = 1}, 2),
              true);
    EXPECT_THAT(imported(store), SizeIs(4));
  }
}

TEST(ImportEvents, AFileWithoutRatingsIsAnImportToo) {
  MemoryStore store;
  EXPECT_EQ(import_events(store, {}, kHash, BronzeOptions{}, 1), true);
  EXPECT_EQ(completed_imports(store)->at(0).events, 0);
  EXPECT_EQ(import_events(store, {}, kHash, BronzeOptions{}, 1), false);
}

TEST(ImportEvents, ABrokenRecordIsNamed) {
  MemoryStore store;
  for (const char* text : {"", "{", "{}", R"({"schema":2})", R"({"schema":1,"topic":7})"}) {
    ASSERT_TRUE(store.put("bronze/imports/import_x.json", text));
    const auto imports = completed_imports(store);
    ASSERT_FALSE(imports) << text;
    EXPECT_EQ(imports.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(imports.error().where, "memory/bronze/imports/import_x.json");
  }
}

RC_GTEST_PROP(ImportEventsProperty, EveryRatingComesBackAndNoObjectIsTooLarge, ()) {
  std::vector<FileRating> ratings;
  const auto count = *rc::gen::inRange(0, 60);
  for (int line = 2; line < 2 + count; ++line)
    ratings.push_back({{*rc::gen::inRange<std::int64_t>(1, INT64_MAX), line,
                        static_cast<float>(*rc::gen::inRange(5, 51)) / 10,
                        *rc::gen::oneOf(rc::gen::just(kUnknownTime),
                                        rc::gen::arbitrary<TimeMicros>(), rc::gen::just(kNoon))},
                       line});
  const BronzeOptions options{
      .compression = *rc::gen::element<std::string>("none", "zstd"),
      .max_events_per_object = *rc::gen::element<std::int64_t>(1, 5, 100),
      .max_bytes_per_object = *rc::gen::element<std::int64_t>(700, 1 << 20)};
  MemoryStore store;
  RC_ASSERT(import_events(store, ratings, kHash, options, 3).value());
  const auto events = imported(store);
  RC_ASSERT(events.size() == ratings.size());
  for (std::size_t k = 0; k < events.size(); ++k) RC_ASSERT(events[k].rating == ratings[k].rating);
  const auto objects = store.list("bronze/user-events/").value();
  for (const ObjectInfo& object : objects)
    RC_ASSERT(object.size <= static_cast<std::uint64_t>(options.max_bytes_per_object));
}

}  // namespace
}  // namespace marquee
